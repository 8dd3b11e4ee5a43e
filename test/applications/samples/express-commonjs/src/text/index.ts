import type { Users } from '../users';

export const describe = (users: Users, kind: string, protocol: string) => `${users.count} ${kind} ${protocol}`;
