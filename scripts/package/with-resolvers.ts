// Takes the place of Promise.withResolvers in a bundle for Node.js 20. https://esbuild.github.io/api/#inject
function newResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: PromiseWithResolvers<T>['resolve'] = () => undefined;
  let reject: PromiseWithResolvers<T>['reject'] = () => undefined;
  const promise = new Promise<T>((resolved, rejected) => {
    [resolve, reject] = [resolved, rejected];
  });
  return { promise, resolve, reject };
}

export { newResolvers as 'Promise.withResolvers' };
