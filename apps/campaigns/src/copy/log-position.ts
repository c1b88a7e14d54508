const EPOCH = 2 ** 40;

/** An event's position in its source's log: by epoch, then by sequence. */
export const logPosition = ({ epoch, sequence }: { readonly epoch: number; readonly sequence: number }) =>
  epoch * EPOCH + sequence;
