import { expect, it } from '@jest/globals';
import { missingPrivilege } from './privileges.ts';

it.each(['false', 'no-such-command'])(
  'missingPrivilege() says in one line what to do where %s is all there is',
  (unshare) => {
    expect(missingPrivilege(unshare)).toMatch(/^Some tests need user namespaces, .* allow them: sudo sysctl -w .*$/);
  },
);

it('missingPrivilege() says nothing where namespaces can be made', () => {
  expect(missingPrivilege('true')).toBeUndefined();
});
