// LLVM plugin `sbpf-legalize`: makes a whole program's IR acceptable to LLVM's own BPF backend (-mcpu=v2),
// which was written for small kernel programs and refuses much of what Rust emits. Two steps: instruction by
// instruction (float.cpp, integer.cpp, memory.cpp), then the calling convention (abi.cpp).
#include "lower.h"

#include "llvm/IR/InstIterator.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Plugins/PassPlugin.h"

using namespace llvm;

namespace {

constexpr StringLiteral PASS_NAME = "sbpf-legalize";

// The runtime's own operators are 64-bit already; lowering them would make its functions call themselves.
bool isRuntime(const Function &F) { return F.getName().starts_with("sbpf_rt_"); }

void lowerInstructions(Module &M, Function &F) {
  SmallVector<Instruction *, 64> Worklist;
  for (Instruction &I : instructions(F))
    Worklist.push_back(&I);
  for (Instruction *I : Worklist) {
    if (isRuntime(F) && isa<BinaryOperator>(I))
      continue;
    if (!sbpf::lowerFloat(M, *I) && !sbpf::lowerInteger(M, F, *I))
      sbpf::lowerMemory(*I);
  }
}

struct Legalize : PassInfoMixin<Legalize> {
  PreservedAnalyses run(Module &M, ModuleAnalysisManager &) {
    for (Function &F : M) {
      if (F.isDeclaration())
        continue;
      F.removeFnAttr("target-cpu");
      F.removeFnAttr("target-features");
      lowerInstructions(M, F);
    }
    sbpf::lowerCallingConvention(M);
    return PreservedAnalyses::none();
  }

  static bool isRequired() { return true; }
};

bool parseName(StringRef Name, ModulePassManager &MPM, ArrayRef<PassBuilder::PipelineElement>) {
  if (Name != PASS_NAME)
    return false;
  MPM.addPass(Legalize());
  return true;
}

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, PASS_NAME.data(), "0.1",
          [](PassBuilder &PB) { PB.registerPipelineParsingCallback(parseName); }};
}
