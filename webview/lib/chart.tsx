import type { ComponentChildren, HTMLAttributes, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ChartOption } from '../../src/core/charts/plot.js';
import { afterFrame } from './after-frame.js';
import { chartsNow, loadCharts } from './charts.js';
import type { LiveChart } from './echarts.js';

/** What a live chart shows and who listens to it. */
export interface ChartProps {
  readonly option: ChartOption;
  readonly width: number;
  readonly height: number;
  /** What is on show already is drawn anew a frame later: the frame of what the person did does not wait for it. */
  readonly later?: boolean;
  /** Classes beside the chart's own. */
  readonly look?: string;
  readonly frame?: HTMLAttributes<HTMLDivElement> & Readonly<Record<`data-${string}`, string>>;
  /** What the mouse points at, in the chart's pixels; null when it leaves. */
  readonly onPoint: (x: number, y: number, event: MouseEvent) => void;
  readonly onLeave: () => void;
  readonly onPick: (x: number, y: number) => void;
  /** Drawn over the chart, such as a hairline. */
  readonly children?: ComponentChildren;
}

/** An ECharts chart; ECharts gives its element the role of an image and the option's label. */
export function Chart({
  option,
  width,
  height,
  later,
  look,
  frame,
  onPoint,
  onLeave,
  onPick,
  children,
}: ChartProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<LiveChart | null>(null);
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null || width <= 0) return undefined;
    const draw = (library: NonNullable<ReturnType<typeof chartsNow>>): void => {
      chart.current ??= library.liveChart(target);
      chart.current.draw(option, width, height);
    };
    const library = chartsNow();
    if (library !== null && chart.current !== null && later === true) {
      return afterFrame(() => {
        draw(library);
      });
    }
    if (library !== null) {
      draw(library);
      return undefined;
    }
    let wanted = true;
    void loadCharts().then((loaded) => {
      if (wanted) draw(loaded);
    });
    return () => {
      wanted = false;
    };
  }, [option, width, height, later]);
  useEffect(
    () => () => {
      chart.current?.dispose();
      chart.current = null;
    },
    [],
  );
  const at = (event: MouseEvent): [number, number] => {
    const box = element.current?.getBoundingClientRect();
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  };
  return (
    <div
      {...frame}
      class={`chart ${look ?? ''}`}
      style={{ height: `${String(height)}px` }}
      onMouseMove={(event) => {
        onPoint(...at(event), event);
      }}
      onMouseLeave={onLeave}
      onClick={(event) => {
        onPick(...at(event));
      }}
    >
      <div ref={element} class="chart-drawing" style={{ width: `${String(width)}px`, height: `${String(height)}px` }} />
      {children}
    </div>
  );
}
