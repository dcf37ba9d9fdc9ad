// Loads every part once, for Node to keep them compiled (NODE_COMPILE_CACHE): the launcher runs it after an installation, so
// that the first start is as quick, and as small in memory, as later ones are.
const threads = [import('./agent-worker.ts'), import('../store/sqlite-worker.ts')]
await Promise.all([
  import('./certificates.ts'),
  import('./foreground.ts'),
  import('./node-ready.ts'),
  import('./server.ts'),
  // Prints its help, for which it loads every command.
  import('./skiff.ts'),
  // These refuse to run outside of a thread, but are compiled by then.
  Promise.allSettled(threads),
])
