/**
 * A language host for Node.js: what starts a program, or a policy pack, when the engine asks for it. The released
 * CLI brings its own; this one takes its place beside a CLI that was built from its Go modules, for the host's own
 * module is not served there. Like the released one it only launches the runners of the program's own SDK.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import grpc from '@grpc/grpc-js';
import { LanguageRuntimeService } from '@pulumi/pulumi/proto/language_grpc_pb.js';
import rpc from '@pulumi/pulumi/proto/language_pb.js';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';

const engine = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
/** The SDK says by it that the program failed and that the reason has been told. */
const bailed = 32;

/** A file of the SDK that the program in `folder` has installed. */
const fromSdk = (folder: string, file: string) =>
  createRequire(join(folder, 'package.json')).resolve(`@pulumi/pulumi/${file}`);

function run(request: rpc.RunRequest): Promise<rpc.RunResponse> {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() || request.getPwd();
  const options: Record<string, unknown> = info?.getOptions()?.toJavaScript() ?? {};
  const nodeArguments = String(options.nodeargs ?? '')
    .split(' ')
    .filter(Boolean);
  const child = spawn(
    'node',
    [
      ...nodeArguments,
      fromSdk(folder, 'cmd/run'),
      ...['--monitor', request.getMonitorAddress(), '--engine', engine],
      ...['--project', request.getProject(), '--stack', request.getStack()],
      ...['--organization', request.getOrganization(), '--parallel', String(request.getParallel())],
      ...['--pwd', request.getPwd(), '--root-directory', info?.getRootDirectory() || folder],
      ...(request.getDryrun() ? ['--dry-run'] : []),
      resolve(folder, info?.getEntryPoint() || request.getProgram() || '.'),
      ...request.getArgsList(),
    ],
    {
      cwd: request.getPwd(),
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: 'true' }),
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
    },
  );
  return new Promise((done) => {
    const response = new rpc.RunResponse();
    child.once('error', (error) => {
      response.setError(error.message);
      done(response);
    });
    child.once('exit', (code, signal) => {
      if (code === bailed) response.setBail(true);
      else if (code !== 0) response.setError(`the program ended with ${signal ?? code}`);
      done(response);
    });
  });
}

/**
 * A policy pack is a plugin that is run from its source, in its own folder, where it looks for its package.json; what
 * it says is streamed, the port it listens on first.
 */
function runPlugin(call: grpc.ServerWritableStream<rpc.RunPluginRequest, rpc.RunPluginResponse>): void {
  const request = call.request;
  const folder = request.getInfo()?.getProgramDirectory() ?? '';
  const env = Object.fromEntries(
    request
      .getEnvList()
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
  const child: ChildProcess = spawn(
    'node',
    [fromSdk(folder, 'cmd/run-policy-pack'), ...request.getArgsList(), folder],
    { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const send = (fill: (response: rpc.RunPluginResponse) => void) => {
    const response = new rpc.RunPluginResponse();
    fill(response);
    call.write(response);
  };
  child.stdout?.on('data', (data: Buffer) => send((response) => response.setStdout(data)));
  child.stderr?.on('data', (data: Buffer) => send((response) => response.setStderr(data)));
  child.once('close', (code) => {
    send((response) => response.setExitcode(code ?? 1));
    call.end();
  });
  call.on('cancelled', () => child.kill());
}

const answers: Record<string, (request: never) => unknown> = {
  handshake: () => new rpc.LanguageHandshakeResponse(),
  getPluginInfo: () => {
    const info = new plugin.PluginInfo();
    info.setVersion('1.0.0');
    return info;
  },
  // The engine learns of providers from the resources that ask for them.
  getRequiredPlugins: () => new rpc.GetRequiredPluginsResponse(),
  getRequiredPackages: () => new rpc.GetRequiredPackagesResponse(),
  getProgramDependencies: () => new rpc.GetProgramDependenciesResponse(),
  runtimeOptionsPrompts: () => new rpc.RuntimeOptionsResponse(),
  about: () => {
    const response = new rpc.AboutResponse();
    response.setExecutable(process.execPath);
    response.setVersion(process.version);
    return response;
  },
  run,
};

const service: grpc.UntypedServiceImplementation = {};
for (const name of Object.keys(LanguageRuntimeService)) {
  const answer = answers[name];
  const handle: grpc.handleUnaryCall<unknown, unknown> = async (call, done) => {
    if (!answer) return done({ code: grpc.status.UNIMPLEMENTED, details: name });
    try {
      done(null, await answer(call.request as never));
    } catch (error) {
      done({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
    }
  };
  service[name] = handle;
}
const nothingToInstall: grpc.handleServerStreamingCall<unknown, unknown> = (call) => call.end();
service.installDependencies = nothingToInstall as grpc.UntypedHandleCall;
service.runPlugin = runPlugin as grpc.UntypedHandleCall;

const server = new grpc.Server();
server.addService(LanguageRuntimeService, service);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
