// dockerode@5.0.1
import Docker from 'dockerode';

await new Docker({ socketPath: '/no/docker.sock' }).ping().catch((error) => console.log(error.code));
