import { blockHtml, inlineHtml } from './markdown.js';

/** Renders the documents' Markdown. */
export const Prose = ({ text }: { text: string }) => (
  <div class="prose" dangerouslySetInnerHTML={{ __html: blockHtml(text) }} />
);

/** Renders Markdown within a line. */
export const Words = ({ text }: { text: string }) => (
  <span dangerouslySetInnerHTML={{ __html: inlineHtml(text) }} />
);
