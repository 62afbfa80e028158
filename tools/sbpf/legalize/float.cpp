// f64 → soft-float functions of compiler_builtins, which the runtime bitcode brings along.
// sBPF has no float registers. f32 arithmetic is left alone: llc then names the function that uses it.
#include "lower.h"

#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace sbpf {
namespace {

bool isF64(const Value *V) { return V->getType()->isDoubleTy(); }

bool lowerArithmetic(Module &M, IRBuilder<> &B, BinaryOperator &I) {
  const char *Name = nullptr;
  switch (I.getOpcode()) {
  case Instruction::FAdd: Name = "__adddf3"; break;
  case Instruction::FSub: Name = "__subdf3"; break;
  case Instruction::FMul: Name = "__muldf3"; break;
  case Instruction::FDiv: Name = "__divdf3"; break;
  default: return false;
  }
  return replaceBy(I, callRuntime(M, B, Name, B.getDoubleTy(), {I.getOperand(0), I.getOperand(1)}));
}

// -x is a flip of the sign bit, for NaN and zero too.
bool lowerNegation(IRBuilder<> &B, UnaryOperator &I) {
  Value *Bits = B.CreateBitCast(I.getOperand(0), B.getInt64Ty());
  Value *Flipped = B.CreateXor(Bits, B.getInt64(1ull << 63));
  return replaceBy(I, B.CreateBitCast(Flipped, B.getDoubleTy()));
}

// Builds one comparison out of the soft-float comparison functions, which are false on NaN as ordered
// relations and whose result is 64 bits wide on this target.
class Comparison {
public:
  Comparison(Module &M, IRBuilder<> &B, FCmpInst &I) : M(M), B(B), X(I.getOperand(0)), Y(I.getOperand(1)) {}

  Value *build(FCmpInst::Predicate P) {
    switch (P) {
    case FCmpInst::FCMP_FALSE: return B.getFalse();
    case FCmpInst::FCMP_TRUE: return B.getTrue();
    case FCmpInst::FCMP_UNO: return unordered();
    case FCmpInst::FCMP_ORD: return B.CreateNot(unordered());
    case FCmpInst::FCMP_OEQ:
    case FCmpInst::FCMP_OLT:
    case FCmpInst::FCMP_OLE:
    case FCmpInst::FCMP_OGT:
    case FCmpInst::FCMP_OGE: return ordered(P);
    case FCmpInst::FCMP_ONE: return B.CreateNot(equalOrUnordered());
    case FCmpInst::FCMP_UEQ: return equalOrUnordered();
    default: return B.CreateNot(ordered(CmpInst::getInversePredicate(P))); // ULT, ULE, UGT, UGE, UNE
    }
  }

private:
  Value *call(StringRef Name) { return callRuntime(M, B, Name, B.getInt64Ty(), {X, Y}); }
  Value *zero() { return B.getInt64(0); }
  Value *unordered() { return B.CreateICmpNE(call("__unorddf2"), zero()); }

  Value *equalOrUnordered() {
    Value *Equal = ordered(FCmpInst::FCMP_OEQ);
    Value *Unordered = unordered();
    return B.CreateOr(Unordered, Equal);
  }

  Value *ordered(FCmpInst::Predicate P) {
    switch (P) {
    case FCmpInst::FCMP_OEQ: return B.CreateICmpEQ(call("__eqdf2"), zero());
    case FCmpInst::FCMP_OLT: return B.CreateICmpSLT(call("__ltdf2"), zero());
    case FCmpInst::FCMP_OLE: return B.CreateICmpSLE(call("__ledf2"), zero());
    case FCmpInst::FCMP_OGT: return B.CreateICmpSGT(call("__gtdf2"), zero());
    default: return B.CreateICmpSGE(call("__gedf2"), zero());
    }
  }

  Module &M;
  IRBuilder<> &B;
  Value *X, *Y;
};

bool lowerIntToFloat(Module &M, IRBuilder<> &B, CastInst &I, bool Signed) {
  Value *From = I.getOperand(0);
  if (!isF64(&I) || From->getType()->getIntegerBitWidth() > 64)
    return false;
  Type *I64 = B.getInt64Ty();
  Value *Wide = Signed ? B.CreateSExtOrTrunc(From, I64) : B.CreateZExtOrTrunc(From, I64);
  return replaceBy(I, callRuntime(M, B, Signed ? "__floatdidf" : "__floatundidf", B.getDoubleTy(), {Wide}));
}

bool lowerFloatToInt(Module &M, IRBuilder<> &B, CastInst &I, bool Signed) {
  Value *From = I.getOperand(0);
  if (!isF64(From) || I.getType()->getIntegerBitWidth() > 64)
    return false;
  Value *Wide = callRuntime(M, B, Signed ? "__fixdfdi" : "__fixunsdfdi", B.getInt64Ty(), {From});
  return replaceBy(I, B.CreateZExtOrTrunc(Wide, I.getType()));
}

bool lowerCast(Module &M, IRBuilder<> &B, CastInst &I) {
  switch (I.getOpcode()) {
  case Instruction::UIToFP: return lowerIntToFloat(M, B, I, false);
  case Instruction::SIToFP: return lowerIntToFloat(M, B, I, true);
  case Instruction::FPToUI: return lowerFloatToInt(M, B, I, false);
  case Instruction::FPToSI: return lowerFloatToInt(M, B, I, true);
  default: return false;
  }
}

// The fix functions saturate and turn NaN into 0, which is what Rust's `as` asks for.
bool lowerSaturatingCast(Module &M, IRBuilder<> &B, IntrinsicInst &I) {
  Intrinsic::ID ID = I.getIntrinsicID();
  bool Signed = ID == Intrinsic::fptosi_sat;
  if (!Signed && ID != Intrinsic::fptoui_sat)
    return false;
  Value *From = I.getArgOperand(0);
  if (!isF64(From) || I.getType() != B.getInt64Ty())
    return false;
  return replaceBy(I, callRuntime(M, B, Signed ? "__fixdfdi" : "__fixunsdfdi", B.getInt64Ty(), {From}));
}

} // namespace

bool lowerFloat(Module &M, Instruction &I) {
  IRBuilder<> B(&I);
  if (auto *Binary = dyn_cast<BinaryOperator>(&I))
    return isF64(Binary) && lowerArithmetic(M, B, *Binary);
  if (auto *Unary = dyn_cast<UnaryOperator>(&I))
    return isF64(Unary) && Unary->getOpcode() == Instruction::FNeg && lowerNegation(B, *Unary);
  if (auto *Compare = dyn_cast<FCmpInst>(&I))
    return isF64(Compare->getOperand(0)) &&
           replaceBy(I, Comparison(M, B, *Compare).build(Compare->getPredicate()));
  if (auto *Cast = dyn_cast<CastInst>(&I))
    return lowerCast(M, B, *Cast);
  if (auto *Intrinsic = dyn_cast<IntrinsicInst>(&I))
    return lowerSaturatingCast(M, B, *Intrinsic);
  return false;
}

} // namespace sbpf
