/** Puts the entry in as the youngest; the oldest leaves when there are more than `most`. */
export function keepYoungest<Key, Value>(
  memory: Map<Key, Value>,
  key: Key,
  value: Value,
  most: number,
): void {
  memory.delete(key);
  memory.set(key, value);
  if (memory.size <= most) return;
  for (const oldest of memory.keys()) {
    memory.delete(oldest);
    break;
  }
}
