import { useEffect, useState } from 'preact/hooks';

const SHOWN_MS = 5_000;
let show: (text: string) => void = () => undefined;

/** Says what has just been done, at the foot of the page and to a screen reader. */
export const announce = (text: string): void => show(text);

/** Once in every page. */
export function Announcements() {
  const [text, setText] = useState('');
  show = setText;
  useEffect(() => {
    const gone = text ? setTimeout(() => setText(''), SHOWN_MS) : undefined;
    return () => clearTimeout(gone);
  }, [text]);
  return (
    <div class="announcements" role="status">
      {text}
    </div>
  );
}
