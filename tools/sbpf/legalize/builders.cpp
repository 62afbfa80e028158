// The IR builders that every file of the pass uses. See lower.h.
#include "lower.h"

using namespace llvm;

namespace sbpf {

AllocaInst *entryAlloca(Function &F, Type *T, const Twine &Name) {
  BasicBlock &Entry = F.getEntryBlock();
  return new AllocaInst(T, 0, nullptr, Align(8), Name, Entry.getFirstInsertionPt());
}

CallInst *callRuntime(Module &M, IRBuilder<> &B, StringRef Name, Type *Result, ArrayRef<Value *> Args) {
  SmallVector<Type *, 5> Types;
  for (Value *A : Args)
    Types.push_back(A->getType());
  FunctionCallee Callee = M.getOrInsertFunction(Name, FunctionType::get(Result, Types, false));
  return B.CreateCall(Callee, Args);
}

bool replaceBy(Instruction &I, Value *V) {
  I.replaceAllUsesWith(V);
  I.eraseFromParent();
  return true;
}

} // namespace sbpf
