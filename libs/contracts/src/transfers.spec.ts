import descriptors from './gen/descriptors.json';

interface Field {
  name: string;
  type: string;
  typeName?: string;
}

const files = descriptors.file.filter(({ package: name }) => name.startsWith('halftone.'));
const messages = new Map<string, Field[]>(
  files.flatMap(({ package: name, messageType }) =>
    messageType.map((message) => [`.${name}.${message.name}`, (message as { field?: Field[] }).field ?? []] as const),
  ),
);
const methods = files.flatMap((file) => ('service' in file ? file.service : [])).flatMap(({ method }) => method);

/** The streamed messages that carry bytes. */
const transfers = methods
  .flatMap((method) => [
    ...('clientStreaming' in method ? [method.inputType] : []),
    ...('serverStreaming' in method ? [method.outputType] : []),
  ])
  .filter((type) => messages.get(type)?.some((field) => field.type === 'TYPE_BYTES'));

test('there are streams that carry bytes', () => {
  expect(transfers).toEqual(expect.arrayContaining(['.halftone.images.v1.UploadImageRequest']));
});

test.each(transfers)('%s has an end marker, because the end of a stream does not prove that it is complete', (type) => {
  const names = messages.get(type)?.map(({ name, typeName }) => `${name} ${typeName}`);
  expect(names).toContain('end .halftone.images.v1.TransferEnd');
});
