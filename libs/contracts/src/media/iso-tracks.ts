const CONTAINERS = ['moov', 'trak', 'mdia'];
/** The bytes of a `hdlr` box up to and including the handler's type. */
const HANDLER_BYTES = 20;

/**
 * Finds the kinds of tracks (`soun`, `vide` …) in a streamed ISO base media file (ISO/IEC 14496-12). They are in
 * `moov`, which most recorders write last.
 */
export class IsoTracks {
  readonly kinds = new Set<string>();
  private held: Uint8Array = new Uint8Array();
  /** Bytes to skip; Infinity: nothing more is read. */
  private skip = 0;

  read(chunk: Uint8Array): void {
    let rest = chunk;
    while (this.skip < Infinity) {
      const skipped = Math.min(this.skip, rest.length);
      rest = rest.subarray(skipped);
      this.skip -= skipped;
      if (this.skip > 0) return;
      const box = Buffer.concat([this.held, rest.subarray(0, HANDLER_BYTES)]);
      const taken = this.enter(box);
      if (taken === undefined) {
        this.held = box;
        return;
      }
      rest = rest.subarray(taken - this.held.length);
      this.held = new Uint8Array();
    }
  }

  /** Reads a box's header. Returns the bytes read; undefined if more bytes are needed. */
  private enter(box: Buffer): number | undefined {
    if (box.length < 8) return undefined;
    const [small, type] = [box.readUInt32BE(0), box.toString('latin1', 4, 8)];
    if (small === 1 && box.length < 16) return undefined;
    if (type === 'hdlr' && box.length < HANDLER_BYTES) return undefined;
    const head = small === 1 ? 16 : 8;
    const size = small === 1 ? Number(box.readBigUInt64BE(8)) : small;
    if (type === 'hdlr') this.kinds.add(box.toString('latin1', HANDLER_BYTES - 4, HANDLER_BYTES));
    // A box without a size extends to the end of the file.
    const after = size < head ? Infinity : size - head;
    this.skip = CONTAINERS.includes(type) ? 0 : after;
    return head;
  }
}
