import { setTimeout as wait } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import rpc from '@pulumi/pulumi/proto/provider_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { SimulatedProvider } from './provider.ts';
import { fromStruct, toStruct, type Values } from './values.ts';

/**
 * A simulated provider as the engine reaches one: `pulumirpc.ResourceProvider` on a port of 127.0.0.1, to which the
 * CLI attaches when `PULUMI_DEBUG_PROVIDERS` names it. So no plugin is looked for or started, and the cloud is an
 * object in the process of the test.
 *
 * The engine makes a connection of its own to each provider resource; by it they are told apart, so that two of one
 * package (two regions) have their own configuration.
 */
export async function serveProvider(
  provider: SimulatedProvider,
): Promise<{ readonly port: number; close(): void }> {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  server.addService(ResourceProviderService, service(provider));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { port, close: () => server.forceShutdown() };
}

const sleep = async (milliseconds: number) => {
  if (milliseconds > 0) await wait(milliseconds);
};

type Handler = (request: never, peer: string) => unknown;

function service(provider: SimulatedProvider): grpc.UntypedServiceImplementation {
  const handlers: Record<string, Handler> = handlersOf(provider);
  const answer =
    (name: string): grpc.handleUnaryCall<unknown, unknown> =>
    async (call, done) => {
      const handler = handlers[name];
      if (!handler) return done({ code: grpc.status.UNIMPLEMENTED, details: name });
      try {
        done(null, await handler(call.request as never, call.getPeer()));
      } catch (error) {
        done({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
      }
    };
  return Object.fromEntries(Object.keys(ResourceProviderService).map((name) => [name, answer(name)]));
}

/** `urn:pulumi:dev::shop::ecommerce:index:Shop$aws:sqs/queue:Queue::orders` → the last type, and the name. */
function resourceOf(urn: string) {
  const [, , types = '', name = ''] = urn.split('::');
  return { type: types.split('$').at(-1) ?? '', name };
}

function handlersOf(provider: SimulatedProvider) {
  const configs = new Map<string, Values>();
  const configOf = (peer: string) => configs.get(peer) ?? {};

  return {
    handshake: () => {
      const response = new rpc.ProviderHandshakeResponse();
      // As the providers made from Terraform's: the engine itself marks outputs as secret by the inputs that were.
      response.setAcceptSecrets(false);
      response.setAcceptResources(false);
      return response;
    },
    attach: () => new empty.Empty(),
    cancel: () => new empty.Empty(),
    getSchema: () => {
      const response = new rpc.GetSchemaResponse();
      response.setSchema('{}');
      return response;
    },
    getPluginInfo: () => {
      const info = new plugin.PluginInfo();
      info.setVersion(provider.version);
      return info;
    },
    checkConfig: (request: rpc.CheckRequest) => {
      const config = fromStruct(request.getNews());
      const failures = provider.checkConfig(config).map((reason) => failureOf('', reason));
      return checkResponse(config, failures);
    },
    diffConfig: (request: rpc.DiffRequest) => {
      const [olds, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
      const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
      return diffResponse(names.filter((name) => JSON.stringify(olds[name]) !== JSON.stringify(news[name])));
    },
    configure: (request: rpc.ConfigureRequest, peer: string) => {
      configs.set(peer, fromStruct(request.getArgs()));
      const response = new rpc.ConfigureResponse();
      response.setSupportspreview(true);
      return response;
    },
    check: (request: rpc.CheckRequest, peer: string) => {
      const [olds, news] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const seed = request.getRandomseed_asU8();
      const { inputs, failures } = provider.check(
        resourceOf(request.getUrn()),
        configOf(peer),
        olds,
        news,
        seed,
      );
      return checkResponse(
        inputs,
        failures.map(({ property, reason }) => failureOf(property, reason)),
      );
    },
    diff: (request: rpc.DiffRequest, peer: string) => {
      const { changed, replaces, deleteBeforeReplace } = provider.diff(
        resourceOf(request.getUrn()),
        configOf(peer),
        fromStruct(request.getOlds()),
        fromStruct(request.getOldInputs()),
        fromStruct(request.getNews()),
        request.getIgnorechangesList(),
      );
      return diffResponse(changed, replaces, deleteBeforeReplace);
    },
    create: async (request: rpc.CreateRequest, peer: string) => {
      const inputs = fromStruct(request.getProperties());
      const resource = resourceOf(request.getUrn());
      const response = new rpc.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(provider.preview(resource, configOf(peer), inputs)));
        return response;
      }
      const { id, outputs } = provider.create(resource, configOf(peer), inputs);
      await sleep(provider.lastsMs(resource.type));
      response.setId(id);
      response.setProperties(toStruct(outputs));
      return response;
    },
    read: (request: rpc.ReadRequest) => {
      const found = provider.read(resourceOf(request.getUrn()), request.getId());
      const response = new rpc.ReadResponse();
      if (!found) return response;
      response.setId(request.getId());
      response.setInputs(toStruct(found.inputs));
      response.setProperties(toStruct(found.outputs));
      return response;
    },
    update: async (request: rpc.UpdateRequest, peer: string) => {
      const resource = resourceOf(request.getUrn());
      const inputs = fromStruct(request.getNews());
      const outputs = request.getPreview()
        ? provider.previewUpdate(resource, configOf(peer), fromStruct(request.getOlds()), inputs)
        : provider.update(resource, configOf(peer), request.getId(), inputs);
      if (!request.getPreview()) await sleep(provider.lastsMs(resource.type));
      const response = new rpc.UpdateResponse();
      response.setProperties(toStruct(outputs));
      return response;
    },
    delete: async (request: rpc.DeleteRequest, peer: string) => {
      const resource = resourceOf(request.getUrn());
      provider.delete(resource, configOf(peer), request.getId());
      await sleep(provider.lastsMs(resource.type));
      return new empty.Empty();
    },
    invoke: (request: rpc.InvokeRequest, peer: string) => {
      const response = new rpc.InvokeResponse();
      response.setReturn(
        toStruct(provider.invoke(request.getTok(), configOf(peer), fromStruct(request.getArgs()))),
      );
      return response;
    },
  };
}

function failureOf(property: string, reason: string): rpc.CheckFailure {
  const failure = new rpc.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

function checkResponse(inputs: Values, failures: rpc.CheckFailure[]): rpc.CheckResponse {
  const response = new rpc.CheckResponse();
  response.setInputs(toStruct(inputs));
  response.setFailuresList(failures);
  return response;
}

function diffResponse(
  changed: readonly string[],
  replaces: readonly string[] = [],
  before = false,
): rpc.DiffResponse {
  const response = new rpc.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...changed]);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(before);
  return response;
}
