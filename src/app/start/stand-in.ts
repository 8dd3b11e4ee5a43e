/** Gives a function that stands for one of Node's its name, and what `util.promisify` asks for. */
export function standIn<Call extends object>(replacement: Call, real: object): Call {
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(real));
}
