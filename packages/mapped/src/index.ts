export { askMapper, type AskedMapper } from "./ask.ts";
export { openFiles } from "./files.ts";
export type {
  ArchiveFormat,
  FileEntry,
  FilePage,
  FilePlace,
  MappedArchive,
  MappedFile,
  MappedFiles,
  OpenedFile,
  PageRequest,
  Span,
} from "./files.ts";
export { serveMapper, type ServeMapperOptions } from "./serve.ts";
