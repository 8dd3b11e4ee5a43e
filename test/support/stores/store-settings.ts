/** Where stores are, and what opens them. */
export interface StorePlaces {
  readonly azure: { readonly url: string; readonly account: string; readonly key: string; readonly sas: string };
  readonly s3: { readonly endpoint: string; readonly keys: Readonly<Record<string, string>> };
  readonly folder: string;
}

/** Every way to say which store it is: what a user sets in the environment. */
export function storeSettings({ azure, s3, folder }: StorePlaces): StoreSettingsByWay {
  const { url, account, key, sas } = azure;
  return {
    'azure-key': { SELFSAME_STORE: `${url}/by-key`, AZURE_STORAGE_KEY: key },
    'azure-sas': { SELFSAME_STORE: `${url}/by-sas`, AZURE_STORAGE_SAS_TOKEN: sas },
    'azure-connection-string': {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${url}`,
    },
    s3: { SELFSAME_STORE: `s3://apps?endpoint=${s3.endpoint}`, ...s3.keys },
    file: { SELFSAME_STORE: `file://${folder}` },
    cluster: {},
  };
}

export const storeWays = ['azure-key', 'azure-sas', 'azure-connection-string', 's3', 'file', 'cluster'] as const;

export type StoreWay = (typeof storeWays)[number];

/** Settings by the way in which they name a store. */
export type StoreSettingsByWay = Readonly<Record<StoreWay, Readonly<Record<string, string>>>>;
