export default { name: await Promise.resolve('later') };
