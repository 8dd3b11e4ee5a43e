/** One seed for every run of the tests, so that what fails once fails again; `npm run fuzz` chooses another, and prints it. */
export const fuzzSeed = Number(process.env['SELFSAME_FUZZ_SEED'] ?? 20_261_129);
