import { useEffect, useRef, useState } from 'preact/hooks';

const SHOWN_MS = 5_000;
let show: (text: string) => void = () => undefined;

/** Says what has just been done, at the foot of the page and to a screen reader. */
export const announce = (text: string): void => show(text);

/** Once in every page. */
export function Announcements() {
  const [text, setText] = useState('');
  const place = useRef<HTMLDivElement>(null);
  show = setText;
  useEffect(() => {
    if (!text) return undefined;
    // Anew each time, and so above a dialog that was opened since.
    place.current!.showPopover();
    const gone = setTimeout(() => setText(''), SHOWN_MS);
    const shown = place.current!;
    return () => {
      shown.hidePopover();
      clearTimeout(gone);
    };
  }, [text]);
  // A popover that is not shown is not there for a screen reader, which wants the region before its words.
  return (
    <>
      <div class="unseen" role="status">
        {text}
      </div>
      <div ref={place} class="announcements" popover="manual" aria-hidden="true">
        {text}
      </div>
    </>
  );
}
