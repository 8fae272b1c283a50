import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { type ChartPicture, standaloneSvg } from '../../core/charts/pictures.js';

use([CustomChart, LineChart, ScatterChart, AriaComponent, GridComponent, SVGRenderer]);

/** A picture as the text of an SVG file. */
export function renderSvg({ option, width, height, label }: ChartPicture): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return standaloneSvg(chart.renderToSVGString(), label);
  } finally {
    chart.dispose();
  }
}
