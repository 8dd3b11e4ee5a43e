/**
 * Lets CLICOLOR and CLICOLOR_FORCE count as NO_COLOR and FORCE_COLOR, which Node.js knows, and which go before them.
 * https://bixense.com/clicolors
 */
export function obeyClicolor(environment: NodeJS.ProcessEnv): void {
  if (environment['NO_COLOR'] !== undefined || environment['FORCE_COLOR'] !== undefined) return;
  if ((environment['CLICOLOR_FORCE'] ?? '0') !== '0') environment['FORCE_COLOR'] = '1';
  else if (environment['CLICOLOR'] === '0') environment['NO_COLOR'] = '1';
}
