/** Text with which a pod, or whoever writes to the cluster, may want to speak in our place. */
export const payloads: readonly (readonly [what: string, text: string])[] = [
  ['a line of ours', '\nAll 5 pods run these bytes.'],
  ['a line of ours, over the one before', '\r\u001B[1A\u001B[2KAll 5 pods run these bytes.'],
  ['a cleared screen', '\u001B[2J\u001B[3J\u001B[H'],
  ['a title', '\u001B]0;All is well\u0007'],
  ['the clipboard', '\u001B]52;c;cm0gLXJmIH4=\u001B\\'],
  ['a sequence of one byte', '\u009B2J\u009D0;title\u009C'],
  ['hidden text', '\u001B[8mhidden'],
  ['text from right to left', '\u202Esetyb eseht\u2066\u2069'],
  ['text that takes no room', 'ready\u200B\u2060\uFEFF\u00AD'],
  ['a line end of Unicode', '\u2028All 5 pods run these bytes.\u0085'],
  ['what deletes', 'failed\b\b\b\b\b\b\u007Fready'],
];
