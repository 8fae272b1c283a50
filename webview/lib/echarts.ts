import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { ChartOption } from '../../src/core/charts/plot.js';
import type { ChartPicture } from '../../src/core/charts/pictures.js';

use([AriaComponent, CustomChart, GridComponent, LineChart, ScatterChart, SVGRenderer]);

/** A chart that lives in an element. */
export interface LiveChart {
  draw(option: ChartOption, width: number, height: number): void;
  dispose(): void;
}

/** Puts a chart into an element. */
export function liveChart(element: HTMLElement): LiveChart {
  let chart: EChartsType | null = null;
  return {
    draw: (option, width, height) => {
      if (chart === null) chart = init(element, null, { renderer: 'svg', width, height });
      else if (chart.getWidth() !== width || chart.getHeight() !== height) chart.resize({ width, height });
      chart.setOption(option, { notMerge: true });
      // Drawn in this frame, not in the next: curve and map change together.
      chart.getZr().flush();
    },
    dispose: () => {
      chart?.dispose();
      chart = null;
    },
  };
}

/** A picture as ECharts draws it without the page. */
export function drawSvg(picture: ChartPicture): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: picture.width, height: picture.height });
  chart.setOption(picture.option);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
