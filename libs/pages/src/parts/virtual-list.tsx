import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import './virtual-list.css';

type VirtualListProps = {
  readonly label: string;
  readonly count: number;
  /** Height of every row in CSS pixels. */
  readonly rowHeight: number;
  readonly keyOf: (index: number) => string;
  readonly row: (index: number) => ComponentChildren;
  /** Called when the end of the list is near. */
  readonly onEnd?: () => void;
  readonly class?: string;
};

/** `onEnd` is called when fewer rows than this are left. */
const NEAR_END = 120;

/** A scrolling list that renders visible rows only, however many there are. */
export function VirtualList({ label, count, rowHeight, keyOf, row, onEnd, ...more }: VirtualListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => rerender(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  const items: VirtualItem[] = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (last >= count - NEAR_END) onEnd?.();
  }, [last, count, onEnd]);
  return (
    <div ref={scroller} class={`virtual-list ${more.class ?? ''}`} role="list" aria-label={label}>
      <div class="rows" role="presentation" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        <div class="shown" role="presentation" style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map(({ index, size }) => (
            <div
              key={keyOf(index)}
              role="listitem"
              aria-setsize={count}
              aria-posinset={index + 1}
              style={{ height: `${size}px` }}
            >
              {row(index)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
