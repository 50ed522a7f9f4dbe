/** The part of the WebAssembly API used here; TypeScript has it only in its browser library. */
declare namespace WebAssembly {
  type ModuleImports = Record<string, unknown>;
  interface Module {
    readonly brand: unique symbol;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Record<string, ModuleImports>): Promise<Instance>;
}
