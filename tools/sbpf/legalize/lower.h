// Shared by the files of this pass: what each of them does, and the small IR builders that all of them use.
#pragma once

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

namespace sbpf {

// Replaces float arithmetic, comparisons and conversions by calls to soft-float functions. True if it did.
bool lowerFloat(llvm::Module &M, llvm::Instruction &I);

// Replaces arithmetic that the BPF backend has no instruction for by calls to the runtime. True if it did.
bool lowerInteger(llvm::Module &M, llvm::Function &F, llvm::Instruction &I);

// Replaces big memory intrinsics and traps by syscalls. True if it did.
bool lowerMemory(llvm::Instruction &I);

// Rewrites functions and calls that don't fit the BPF calling convention.
void lowerCallingConvention(llvm::Module &M);

// A stack slot in the entry block of `F`, so that loops don't grow the frame.
llvm::AllocaInst *entryAlloca(llvm::Function &F, llvm::Type *T, const llvm::Twine &Name);

// Calls the external function `Name`, declaring it from the arguments' types when it is new to the module.
llvm::CallInst *callRuntime(llvm::Module &M, llvm::IRBuilder<> &B, llvm::StringRef Name, llvm::Type *Result,
                            llvm::ArrayRef<llvm::Value *> Args);

// Replaces all uses of `I` by `V` and removes `I`. Returns true, for `return replaceBy(…)`.
bool replaceBy(llvm::Instruction &I, llvm::Value *V);

} // namespace sbpf
