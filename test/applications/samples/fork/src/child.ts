process.once('message', (message: { path: string }) => {
  process.send?.(`child got ${message.path} ${process.argv.slice(2)}`, () => process.exit(7));
});
