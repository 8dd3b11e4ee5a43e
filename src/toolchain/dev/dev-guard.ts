/** Calls back once if the process that started this one ends before it. */
export function onOrphaned(orphaned: () => void): Disposable {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    orphaned();
  }, 500).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
