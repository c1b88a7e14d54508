import { useEffect, useRef, useState } from 'preact/hooks';

const SHOWN_MS = 5_000;
let show: (text: string) => void = () => undefined;

/** Says what has just been done: in a toast, and to screen readers. */
export const announce = (text: string): void => show(text);

/** Render once per page. */
export function Announcements() {
  const [text, setText] = useState('');
  const place = useRef<HTMLDivElement>(null);
  show = setText;
  useEffect(() => {
    if (!text) return undefined;
    // Shown anew for each text, so that it lies above dialogs that were opened since.
    place.current!.showPopover();
    const gone = setTimeout(() => setText(''), SHOWN_MS);
    const shown = place.current!;
    return () => {
      shown.hidePopover();
      clearTimeout(gone);
    };
  }, [text]);
  // Screen readers need the live region before its text, and do not see a hidden popover: hence two elements.
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
