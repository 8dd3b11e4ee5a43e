// @hapi/hapi@21.4.10 @hapi/joi@17.1.1
import Hapi from '@hapi/hapi';

const server = Hapi.server();
server.route({ method: 'GET', path: '/{name}', handler: ({ params }) => params });
console.log((await server.inject('/ada')).payload);
