import { setImmediate } from 'node:timers/promises';
import type { OutputStream } from '../cli/context.ts';

/** A stream of the process. Whoever reads it may stop early (`| head`): that is no fault, and the exit code stays what it is. */
export function outputStream(stream: NodeJS.WriteStream): OutputStream {
  let broken: Error | undefined;
  stream.on('error', (error) => {
    broken ??= error;
  });

  const drain = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        for (const event of ['drain', 'close', 'error']) stream.off(event, end);
        resolve();
      };
      for (const event of ['drain', 'close', 'error']) stream.on(event, end);
    });
  };

  return {
    write: (text) => {
      if (broken === undefined) stream.write(text);
    },
    drained: async () => {
      // Also where nothing waits: signals are heard between two turns of the event loop only.
      await (stream.writableNeedDrain ? drain() : setImmediate());
      if (broken === undefined) return true;
      if ('code' in broken && broken.code === 'EPIPE') return false;
      throw broken;
    },
    isTTY: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    get rows() {
      return stream.isTTY ? stream.rows : undefined;
    },
  };
}
