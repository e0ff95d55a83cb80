const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Waits; answers false when the person interrupts it (SIGINT) or the process is asked to end. */
export function pauseUntilInterrupted(ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isOver: boolean): void => {
      clearTimeout(timer);
      for (const signal of SIGNALS) process.off(signal, interrupt);
      resolve(isOver);
    };
    const interrupt = (): void => end(false);
    const timer = setTimeout(() => end(true), ms);
    for (const signal of SIGNALS) process.once(signal, interrupt);
  });
}
