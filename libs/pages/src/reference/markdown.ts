import { Marked } from 'marked';

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Raw HTML is shown as text; links lead to pages only. */
const marked = new Marked({
  async: false,
  renderer: {
    html: ({ text }) => escaped(text),
    image: ({ text }) => escaped(text),
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      return /^(https?:\/\/|\/|#)/.test(href) ? `<a href="${escaped(href)}">${text}</a>` : text;
    },
  },
});

export const blockHtml = (text: string) => marked.parse(text, { async: false });
export const inlineHtml = (text: string) => marked.parseInline(text, { async: false });
