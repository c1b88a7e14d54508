import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Names the tab by the page's heading, and focuses the heading on navigation, unless the page has focused something
 * itself.
 */
export function useHeading(main: RefObject<HTMLElement>, path: string, account: string | undefined): void {
  const moved = useRef(false);
  const seen = useRef<{ path: string; heading?: Element; text?: string }>({ path });
  // A layout effect, since it must run before the observer sees the new page.
  useLayoutEffect(() => {
    if (seen.current.path === path) return;
    seen.current.path = path;
    moved.current = true;
  }, [path]);
  useEffect(() => {
    const look = () => {
      const heading = main.current!.querySelector('h1');
      const text = heading?.textContent ?? '';
      if (!heading || text === '') return;
      document.title = [text, account, 'WBIZ'].filter(Boolean).join(' · ');
      const isSame = heading === seen.current.heading && text === seen.current.text;
      Object.assign(seen.current, { heading, text });
      if (isSame || !moved.current) return;
      moved.current = false;
      if (!hasFreeFocus()) return;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(look);
    observer.observe(main.current!, { childList: true, subtree: true, characterData: true });
    look();
    return () => observer.disconnect();
  }, [main, account]);
}

const hasFreeFocus = () => {
  const focused = document.activeElement;
  return focused === null || focused === document.body || focused.closest('.menu, .bar, .sheet') !== null;
};
