export { fileNameOf, saveBytes } from '../../bridge/file-sink.ts'
