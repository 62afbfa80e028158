// Memory intrinsics that are big or of unknown length, and traps → Solana's syscalls.
// A syscall is a call of a constant address: the murmur3 hash of its name. Post-linking gives it its final
// form.
#include "lower.h"

#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace sbpf {
namespace {

constexpr uint64_t MEMCPY = 0x717cc4a3;  // sol_memcpy_
constexpr uint64_t MEMMOVE = 0x434371f8; // sol_memmove_
constexpr uint64_t MEMSET = 0x3770fb22;  // sol_memset_
constexpr uint64_t ABORT = 0xb6fc1a11;   // abort

// Up to this many bytes, loads and stores in line cost less than a syscall.
constexpr uint64_t INLINE_BYTES = 64;

void callSyscall(IRBuilder<> &B, uint64_t Hash, ArrayRef<Value *> Args, Type *Result) {
  SmallVector<Type *, 5> Types;
  for (Value *A : Args)
    Types.push_back(A->getType());
  Value *Address = ConstantExpr::getIntToPtr(B.getInt64(Hash), B.getPtrTy());
  B.CreateCall(FunctionType::get(Result, Types, false), Address, Args);
}

bool lowerCopyOrFill(IRBuilder<> &B, MemIntrinsic &I) {
  auto *Constant = dyn_cast<ConstantInt>(I.getLength());
  if (Constant && Constant->getZExtValue() <= INLINE_BYTES)
    return false;
  Type *I64 = B.getInt64Ty();
  Value *Length = B.CreateZExtOrTrunc(I.getLength(), I64);
  if (auto *Fill = dyn_cast<MemSetInst>(&I))
    callSyscall(B, MEMSET, {Fill->getDest(), B.CreateZExt(Fill->getValue(), I64), Length}, I64);
  else if (auto *Copy = dyn_cast<MemTransferInst>(&I))
    callSyscall(B, isa<MemMoveInst>(Copy) ? MEMMOVE : MEMCPY,
                {Copy->getDest(), Copy->getSource(), Length}, I64);
  else
    return false;
  I.eraseFromParent();
  return true;
}

bool isTrap(const IntrinsicInst &I) {
  Intrinsic::ID ID = I.getIntrinsicID();
  return ID == Intrinsic::trap || ID == Intrinsic::ubsantrap || ID == Intrinsic::debugtrap;
}

} // namespace

bool lowerMemory(Instruction &I) {
  IRBuilder<> B(&I);
  if (auto *Memory = dyn_cast<MemIntrinsic>(&I))
    return lowerCopyOrFill(B, *Memory);
  auto *Intrinsic = dyn_cast<IntrinsicInst>(&I);
  if (!Intrinsic || !isTrap(*Intrinsic))
    return false;
  callSyscall(B, ABORT, {}, B.getVoidTy());
  I.eraseFromParent();
  return true;
}

} // namespace sbpf
