import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeadFigures, ModelFigures } from '../../../../src/core/analysis/figures.js';
import { summarizeLayer } from '../../../../src/core/analysis/layer.js';
import { figuresToCsv, tableToCsv } from '../../../../src/core/export/csv.js';
import { layersFromJson, layersToJson } from '../../../../src/core/export/figures-json.js';
import { npyHeader } from '../../../../src/core/export/npy.js';
import { reportHtml } from '../../../../src/core/export/report-html.js';

function head(index: number, sigma: readonly number[], cos: readonly number[]): HeadFigures {
  return {
    index,
    mean: null,
    weighted: 0.1 + 0.2,
    weightedBand: 0.05,
    symmetricShare: 2 / 3,
    trace: NaN,
    nuclear: 1e-300,
    frobenius: 5e300,
    sigma: Float64Array.from(sigma),
    cos: Float64Array.from(cos),
    angle: Float64Array.from(sigma, () => 0.25),
    blocks: [[1, 2]],
    roundingNoise: { query: 1e-9, key: NaN },
    selfCheck: { trace: 0, frobenius: 1e-17 },
    trouble: null,
  };
}

function model(name: string): ModelFigures {
  const layer = summarizeLayer(0, [head(0, [3, 2, 1 / 3], [0.5, -0.25, NaN])], 0.1);
  return {
    model: name,
    basis: 'folded',
    bands: { mode: 0.1, headMean: 0.1, layerMean: 0.1 },
    layers: [layer],
    warnings: [],
  };
}

describe('JSON of figures', () => {
  it('gives back the same figures to the last bit, NaN included', () => {
    const { layers } = model('vision');
    const parsed: unknown = JSON.parse(JSON.stringify(layersToJson(layers)));
    expect(layersFromJson(parsed)).toEqual(layers);
  });

  it('refuses what is anything else', () => {
    const good: unknown = layersToJson(model('vision').layers);
    expect(layersFromJson(good)).not.toBeNull();
    for (const bad of [null, 3, {}, [{}], [{ index: 'x' }], [[]]]) expect(layersFromJson(bad)).toBeNull();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = layersFromJson(value);
        expect(parsed === null || parsed.length === 0).toBe(true);
      }),
    );
  });
});

it('a table as CSV keeps its numbers, negative ones too, and no cell runs as a formula', () => {
  const rows = [
    ['what, where', 'change'],
    ['=1+1', '-0.5'],
    ['-x', ''],
    ['a "b"', '1e-7'],
  ];
  const lines = ['"what, where",change', "'=1+1,-0.5", "'-x,", '"a ""b""",1e-7', ''];
  expect(tableToCsv(rows)).toBe(lines.join('\r\n'));
});

describe('CSV of figures', () => {
  it('has a row a mode, empty where there is no cosine, and blocks as ranges', () => {
    const rows = figuresToCsv([model('vision')]).split('\r\n');
    expect(rows).toEqual([
      'layer,head,mode,sigma,cos,angle,block,model,basis',
      '0,0,0,3,0.5,0.25,,vision,folded',
      '0,0,1,2,-0.25,0.25,1-2,vision,folded',
      `0,0,2,${String(1 / 3)},,0.25,1-2,vision,folded`,
      '',
    ]);
  });

  it('keeps names out of files from being formulas or new columns', () => {
    expect(figuresToCsv([model('=1+1')])).toContain(",'=1+1,folded");
    expect(figuresToCsv([model('a,"b"')])).toContain(',"a,""b""",folded');
  });
});

describe('header of a NumPy array', () => {
  it('is the documented one and fills whole lines of 64 bytes', () => {
    for (const shape of [[3], [2, 4], [12, 6, 64, 384]]) {
      const header = npyHeader(shape);
      expect(header.length % 64).toBe(0);
      expect(Array.from(header.subarray(0, 8))).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0]);
      expect((header[8] ?? 0) + 256 * (header[9] ?? 0)).toBe(header.length - 10);
      const tuple = shape.length === 1 ? '(3,)' : `(${shape.join(', ')})`;
      expect(new TextDecoder().decode(header.subarray(10))).toMatch(
        new RegExp(
          `^\\{'descr': '<f8', 'fortran_order': False, 'shape': ${tuple.replaceAll(/[()]/g, '\\$&')}, \\} *\\n$`,
        ),
      );
    }
  });
});

describe('HTML page', () => {
  it('lets nothing out of a name end its element', () => {
    const page = reportHtml({ title: '<b>x</b>&', script: 'a="b"', style: '', data: '"\\u003c/script>"' });
    expect(page).toContain('<title>&lt;b&gt;x&lt;/b&gt;&amp;</title>');
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).toContain("default-src 'none'");
  });
});
