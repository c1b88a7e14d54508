/**
 * The partition of the shared log that holds an account's events, 0 to `partitions` - 1. Kafka's own clients choose the
 * same one for a record with this key (murmur2, sign bit cleared, modulo: BuiltInPartitioner of Kafka 4), so that
 * producers in other languages agree.
 */
export function partitionOf(accountId: string, partitions: number): number {
  const isShort = accountId.length <= MOST_BYTES / 3;
  const hash = isShort ? murmur2(scratch, scratch.write(accountId)) : murmur2(Buffer.from(accountId));
  return (hash & 0x7fffffff) % partitions;
}

const MOST_BYTES = 600;
/** Shared by all calls: allocating a buffer for each key would be most of the cost. */
const scratch = Buffer.alloc(MOST_BYTES);

/** Kafka's variant of MurmurHash 2 (org.apache.kafka.common.utils.Utils), of the first `length` bytes, as a signed 32-bit number. */
export function murmur2(bytes: Buffer, length = bytes.length): number {
  const M = 0x5bd1e995;
  const whole = length & ~3;
  let hash = 0x9747b28c ^ length;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), M);
    word = Math.imul(word ^ (word >>> 24), M);
    hash = Math.imul(hash, M) ^ word;
  }
  const rest = length - whole;
  if (rest > 0) {
    for (let at = 0; at < rest; at += 1) hash ^= bytes[whole + at]! << (8 * at);
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
