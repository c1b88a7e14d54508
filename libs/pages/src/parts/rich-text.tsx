import { piecesOf, type Piece } from './whatsapp-text.js';

/** A text with WhatsApp's formatting; variables without a value are marked. */
export function RichText({ text }: { text: string }) {
  return <>{piecesOf(text).map(shown)}</>;
}

function shown(piece: Piece, index: number) {
  switch (piece.kind) {
    case 'text':
      return piece.text;
    case 'variable':
      return <mark key={index}>{piece.text}</mark>;
    case 'code':
      return <code key={index}>{piece.text}</code>;
    case 'bold':
      return <strong key={index}>{piece.pieces.map(shown)}</strong>;
    case 'italic':
      return <em key={index}>{piece.pieces.map(shown)}</em>;
    case 'strike':
      return <s key={index}>{piece.pieces.map(shown)}</s>;
  }
}
