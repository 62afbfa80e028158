// Integer arithmetic without a BPF instruction → runtime functions (runtime/src):
//   128-bit × ÷ %, shifts by a variable, 256-bit ×, signed ÷ and %, multiplication with overflow check.
// Registers are 64 bits wide: wide operands go over as halves, wide results come back through a pointer.
#include "lower.h"

#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace sbpf {
namespace {

struct Halves {
  Value *Low, *High;
};

Halves split(IRBuilder<> &B, Value *V) {
  Value *Low = B.CreateTrunc(V, B.getInt64Ty());
  Value *High = B.CreateTrunc(B.CreateLShr(V, 64), B.getInt64Ty());
  return {Low, High};
}

// A product and, where asked for, whether it overflowed.
struct Product {
  Value *Result, *Overflow;
};

// `Name(slot, x, y)` on 128-bit operands. The function returns non-zero for an overflow.
Product call128(Module &M, Function &F, IRBuilder<> &B, StringRef Name, Value *X, Value *Y) {
  AllocaInst *Slot = entryAlloca(F, B.getInt128Ty(), "rt");
  auto Callee = M.getOrInsertFunction(
      Name, FunctionType::get(B.getInt64Ty(),
                              {B.getPtrTy(), B.getInt64Ty(), B.getInt64Ty(), B.getInt64Ty(), B.getInt64Ty()},
                              false));
  Halves A = split(B, X);
  Halves C = split(B, Y);
  B.CreateLifetimeStart(Slot);
  Value *Flag = B.CreateCall(Callee, {Slot, A.Low, A.High, C.Low, C.High});
  Value *Overflow = B.CreateICmpNE(Flag, B.getInt64(0));
  Value *Result = B.CreateAlignedLoad(B.getInt128Ty(), Slot, Align(8));
  B.CreateLifetimeEnd(Slot);
  return {Result, Overflow};
}

Product multiply64(Module &M, Function &F, IRBuilder<> &B, StringRef Name, Value *X, Value *Y) {
  AllocaInst *Slot = entryAlloca(F, B.getInt64Ty(), "mulo");
  B.CreateLifetimeStart(Slot);
  Value *Flag = callRuntime(M, B, Name, B.getInt64Ty(), {Slot, X, Y});
  Value *Overflow = B.CreateICmpNE(Flag, B.getInt64(0));
  Value *Result = B.CreateLoad(B.getInt64Ty(), Slot);
  B.CreateLifetimeEnd(Slot);
  return {Result, Overflow};
}

const char *name128(unsigned Opcode) {
  switch (Opcode) {
  case Instruction::Mul: return "sbpf_rt_mul128";
  case Instruction::UDiv: return "sbpf_rt_udiv128";
  case Instruction::URem: return "sbpf_rt_urem128";
  case Instruction::SDiv: return "sbpf_rt_sdiv128";
  case Instruction::SRem: return "sbpf_rt_srem128";
  default: return nullptr;
  }
}

bool isSignedDivision(unsigned Opcode) { return Opcode == Instruction::SDiv || Opcode == Instruction::SRem; }

bool lowerWide(Module &M, Function &F, IRBuilder<> &B, BinaryOperator &I, const char *Name) {
  unsigned Width = I.getType()->getIntegerBitWidth();
  bool Signed = isSignedDivision(I.getOpcode());
  Type *I128 = B.getInt128Ty();
  auto Extend = [&](Value *V) {
    return Width == 128 ? V : Signed ? B.CreateSExt(V, I128) : B.CreateZExt(V, I128);
  };
  Value *Y = Extend(I.getOperand(1));
  Value *X = Extend(I.getOperand(0));
  Value *Result = call128(M, F, B, Name, X, Y).Result;
  return replaceBy(I, Width == 128 ? Result : B.CreateTrunc(Result, I.getType()));
}

// A shift of 128 bits by a constant is left to the backend.
bool lowerShift(Module &M, Function &F, IRBuilder<> &B, BinaryOperator &I) {
  const char *Name = I.getOpcode() == Instruction::Shl    ? "sbpf_rt_shl128"
                     : I.getOpcode() == Instruction::LShr ? "sbpf_rt_lshr128"
                                                          : "sbpf_rt_ashr128";
  AllocaInst *Slot = entryAlloca(F, I.getType(), "sh");
  Halves V = split(B, I.getOperand(0));
  B.CreateLifetimeStart(Slot);
  Value *Amount = B.CreateTrunc(I.getOperand(1), B.getInt64Ty());
  callRuntime(M, B, Name, B.getVoidTy(), {Slot, V.Low, V.High, Amount});
  Value *Result = B.CreateAlignedLoad(I.getType(), Slot, Align(8));
  B.CreateLifetimeEnd(Slot);
  return replaceBy(I, Result);
}

bool lowerMultiply256(Module &M, Function &F, IRBuilder<> &B, BinaryOperator &I) {
  Type *I256 = B.getIntNTy(256);
  AllocaInst *Out = entryAlloca(F, I256, "o256");
  AllocaInst *X = entryAlloca(F, I256, "x256");
  AllocaInst *Y = entryAlloca(F, I256, "y256");
  B.CreateAlignedStore(B.CreateZExt(I.getOperand(0), I256), X, Align(8));
  B.CreateAlignedStore(B.CreateZExt(I.getOperand(1), I256), Y, Align(8));
  callRuntime(M, B, "sbpf_rt_mul256", B.getVoidTy(), {Out, X, Y});
  Value *Result = B.CreateAlignedLoad(I256, Out, Align(8));
  return replaceBy(I, I.getType() == I256 ? Result : B.CreateTrunc(Result, I.getType()));
}

bool lowerSignedDivision(Module &M, IRBuilder<> &B, BinaryOperator &I) {
  const char *Name = I.getOpcode() == Instruction::SDiv ? "sbpf_rt_sdiv64" : "sbpf_rt_srem64";
  Type *I64 = B.getInt64Ty();
  Value *X = B.CreateSExt(I.getOperand(0), I64);
  Value *Y = B.CreateSExt(I.getOperand(1), I64);
  Value *Result = callRuntime(M, B, Name, I64, {X, Y});
  return replaceBy(I, I.getType() == I64 ? Result : B.CreateTrunc(Result, I.getType()));
}

bool lowerBinary(Module &M, Function &F, IRBuilder<> &B, BinaryOperator &I) {
  auto *Integer = dyn_cast<IntegerType>(I.getType());
  if (!Integer)
    return false;
  unsigned Width = Integer->getBitWidth();
  unsigned Opcode = I.getOpcode();
  if (Width > 64 && Width <= 128)
    if (const char *Name = name128(Opcode))
      return lowerWide(M, F, B, I, Name);
  if (Width == 128 && I.isShift() && !isa<ConstantInt>(I.getOperand(1)))
    return lowerShift(M, F, B, I);
  if (Width > 128 && Width <= 256 && Opcode == Instruction::Mul)
    return lowerMultiply256(M, F, B, I);
  if (Width <= 64 && isSignedDivision(Opcode))
    return lowerSignedDivision(M, B, I);
  return false;
}

// {u,s}mul.with.overflow of 64 and 128 bits; the backend does the narrower ones.
bool lowerCheckedMultiply(Module &M, Function &F, IRBuilder<> &B, IntrinsicInst &I) {
  bool Signed = I.getIntrinsicID() == Intrinsic::smul_with_overflow;
  if (!Signed && I.getIntrinsicID() != Intrinsic::umul_with_overflow)
    return false;
  Value *X = I.getArgOperand(0), *Y = I.getArgOperand(1);
  Product P;
  switch (X->getType()->getIntegerBitWidth()) {
  case 128: P = call128(M, F, B, Signed ? "sbpf_rt_smulo128" : "sbpf_rt_umulo128", X, Y); break;
  case 64: P = multiply64(M, F, B, Signed ? "sbpf_rt_smulo64" : "sbpf_rt_umulo64", X, Y); break;
  default: return false;
  }
  Value *Pair = B.CreateInsertValue(PoisonValue::get(I.getType()), P.Result, 0);
  return replaceBy(I, B.CreateInsertValue(Pair, P.Overflow, 1));
}

} // namespace

bool lowerInteger(Module &M, Function &F, Instruction &I) {
  IRBuilder<> B(&I);
  if (auto *Binary = dyn_cast<BinaryOperator>(&I))
    return lowerBinary(M, F, B, *Binary);
  if (auto *Intrinsic = dyn_cast<IntrinsicInst>(&I))
    return lowerCheckedMultiply(M, F, B, *Intrinsic);
  return false;
}

} // namespace sbpf
