import { blockHtml, inlineHtml } from './markdown.js';

/** Markdown of the documents. */
export const Prose = ({ text }: { text: string }) => (
  <div class="prose" dangerouslySetInnerHTML={{ __html: blockHtml(text) }} />
);

/** The same within a line. */
export const Words = ({ text }: { text: string }) => (
  <span dangerouslySetInnerHTML={{ __html: inlineHtml(text) }} />
);
