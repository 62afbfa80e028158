// Functions that don't fit the BPF calling convention (five registers in, one out) → passed through memory.
// A result that is an aggregate or wider than 64 bits is written through a pointer in the first register; the
// parameters that find no register any more go into one struct on the caller's stack, its address in the
// last.
// Definitions, direct and indirect calls are planned from the function type alone, so they always agree.
#include "lower.h"

#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace sbpf {
namespace {

constexpr unsigned REGISTERS = 5;

// How the parameters of one function type are passed.
struct Plan {
  bool ResultInMemory = false;
  SmallVector<unsigned, 8> InRegisters, InMemory; // parameter numbers
  StructType *Spilled = nullptr;                  // holds the parameters in memory; null when there are none
  FunctionType *Type = nullptr;                   // the new type; null when nothing changes
};

// Registers that a value of this type takes.
unsigned registersOf(Type *T) {
  if (auto *Integer = dyn_cast<IntegerType>(T))
    return (Integer->getBitWidth() + 63) / 64;
  if (auto *Array = dyn_cast<ArrayType>(T))
    return Array->getNumElements() * registersOf(Array->getElementType());
  if (auto *Struct = dyn_cast<StructType>(T)) {
    unsigned Sum = 0;
    for (Type *Element : Struct->elements())
      Sum += registersOf(Element);
    return Sum;
  }
  return 1;
}

bool fitsOneRegister(Type *Result) {
  if (Result->isVoidTy())
    return true;
  return !Result->isAggregateType() && !(Result->isIntegerTy() && Result->getIntegerBitWidth() > 64);
}

// Parameters keep their order: after the first that finds no room, all go to memory.
void assignParameters(FunctionType *FT, Plan &P) {
  unsigned Total = P.ResultInMemory;
  for (Type *T : FT->params())
    Total += registersOf(T);
  unsigned Limit = Total <= REGISTERS ? REGISTERS : REGISTERS - 1; // one for the address of the struct
  unsigned Used = P.ResultInMemory;
  for (unsigned I = 0; I < FT->getNumParams(); I++) {
    unsigned Size = registersOf(FT->getParamType(I));
    if (P.InMemory.empty() && Used + Size <= Limit) {
      Used += Size;
      P.InRegisters.push_back(I);
    } else {
      P.InMemory.push_back(I);
    }
  }
}

Plan planFor(FunctionType *FT) {
  Plan P;
  if (FT->isVarArg())
    return P;
  P.ResultInMemory = !fitsOneRegister(FT->getReturnType());
  assignParameters(FT, P);
  if (!P.ResultInMemory && P.InMemory.empty())
    return P;

  LLVMContext &C = FT->getContext();
  Type *Pointer = PointerType::get(C, 0);
  SmallVector<Type *, 8> Params;
  if (P.ResultInMemory)
    Params.push_back(Pointer);
  for (unsigned I : P.InRegisters)
    Params.push_back(FT->getParamType(I));
  if (!P.InMemory.empty()) {
    SmallVector<Type *, 8> Fields;
    for (unsigned I : P.InMemory)
      Fields.push_back(FT->getParamType(I));
    P.Spilled = StructType::get(C, Fields);
    Params.push_back(Pointer);
  }
  P.Type = FunctionType::get(P.ResultInMemory ? Type::getVoidTy(C) : FT->getReturnType(), Params, false);
  return P;
}

// Attributes of the new function or call: those of what stays in registers. What the function says about
// its own memory accesses no longer holds.
AttributeList attributesFor(LLVMContext &C, AttributeList Old, const Plan &P) {
  SmallVector<AttributeSet, 8> Params;
  if (P.ResultInMemory)
    Params.push_back(AttributeSet());
  for (unsigned I : P.InRegisters)
    Params.push_back(Old.getParamAttrs(I));
  if (P.Spilled)
    Params.push_back(AttributeSet());
  AttrBuilder OfFunction(C, Old.getFnAttrs());
  OfFunction.removeAttribute(Attribute::Memory);
  OfFunction.removeAttribute(Attribute::AllocSize);
  AttributeSet OfResult = P.ResultInMemory ? AttributeSet() : Old.getRetAttrs();
  return AttributeList::get(C, AttributeSet::get(C, OfFunction), OfResult, Params);
}

void storeReturns(Function &F, Argument *Result) {
  SmallVector<ReturnInst *, 4> Returns;
  for (BasicBlock &Block : F)
    if (auto *Return = dyn_cast<ReturnInst>(Block.getTerminator()))
      Returns.push_back(Return);
  for (ReturnInst *Return : Returns) {
    IRBuilder<> B(Return);
    B.CreateAlignedStore(Return->getReturnValue(), Result, Align(8));
    B.CreateRetVoid();
    Return->eraseFromParent();
  }
}

void moveBody(Function &Old, Function &New, const Plan &P) {
  New.splice(New.begin(), &Old);
  IRBuilder<> B(&*New.getEntryBlock().getFirstInsertionPt());
  auto Next = New.arg_begin();
  Argument *Result = P.ResultInMemory ? &*Next++ : nullptr;
  for (unsigned I : P.InRegisters) {
    Old.getArg(I)->replaceAllUsesWith(&*Next);
    Next->takeName(Old.getArg(I));
    ++Next;
  }
  for (unsigned K = 0; K < P.InMemory.size(); K++) {
    Value *Field = B.CreateStructGEP(P.Spilled, &*Next, K);
    Value *Loaded = B.CreateAlignedLoad(P.Spilled->getElementType(K), Field, Align(8));
    Old.getArg(P.InMemory[K])->replaceAllUsesWith(Loaded);
  }
  if (Result)
    storeReturns(New, Result);
  New.setSubprogram(Old.getSubprogram());
}

void rewriteFunction(Function &Old, const Plan &P) {
  Function *New =
      Function::Create(P.Type, Old.getLinkage(), Old.getAddressSpace(), "", Old.getParent());
  New->takeName(&Old);
  New->setCallingConv(Old.getCallingConv());
  New->setAttributes(attributesFor(Old.getContext(), Old.getAttributes(), P));
  New->setSection(Old.getSection());
  New->setVisibility(Old.getVisibility());
  if (!Old.isDeclaration())
    moveBody(Old, *New, P);
  Old.replaceAllUsesWith(New);
  Old.eraseFromParent();
}

void rewriteCall(CallInst &Old, const Plan &P) {
  Function &Caller = *Old.getFunction();
  IRBuilder<> B(&Old);
  SmallVector<Value *, 8> Args;
  AllocaInst *Result = nullptr, *Spilled = nullptr;
  if (P.ResultInMemory) {
    Result = entryAlloca(Caller, Old.getType(), "ret");
    B.CreateLifetimeStart(Result);
    Args.push_back(Result);
  }
  for (unsigned I : P.InRegisters)
    Args.push_back(Old.getArgOperand(I));
  if (P.Spilled) {
    Spilled = entryAlloca(Caller, P.Spilled, "args");
    B.CreateLifetimeStart(Spilled);
    for (unsigned K = 0; K < P.InMemory.size(); K++) {
      Value *Field = B.CreateStructGEP(P.Spilled, Spilled, K);
      B.CreateAlignedStore(Old.getArgOperand(P.InMemory[K]), Field, Align(8));
    }
    Args.push_back(Spilled);
  }

  CallInst *New = B.CreateCall(P.Type, Old.getCalledOperand(), Args);
  New->setCallingConv(Old.getCallingConv());
  New->setAttributes(attributesFor(Old.getContext(), Old.getAttributes(), P));
  New->setDebugLoc(Old.getDebugLoc());
  Value *Returned = New;
  if (Result) {
    Returned = B.CreateAlignedLoad(Old.getType(), Result, Align(8));
    B.CreateLifetimeEnd(Result);
  }
  if (Spilled)
    B.CreateLifetimeEnd(Spilled);
  if (!Old.getType()->isVoidTy())
    Old.replaceAllUsesWith(Returned);
  Old.eraseFromParent();
}

// sret and byval promise a layout that this file decides itself.
void dropLayoutAttributes(Module &M) {
  for (Function &F : M) {
    for (unsigned I = 0; I < F.arg_size(); I++) {
      F.removeParamAttr(I, Attribute::StructRet);
      F.removeParamAttr(I, Attribute::ByVal);
    }
    for (Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallInst>(&I);
      for (unsigned K = 0; Call && K < Call->arg_size(); K++) {
        Call->removeParamAttr(K, Attribute::StructRet);
        Call->removeParamAttr(K, Attribute::ByVal);
      }
    }
  }
}

using PlannedCalls = SmallVector<std::pair<CallInst *, Plan>, 64>;
using PlannedFunctions = SmallVector<std::pair<Function *, Plan>, 64>;

// A tail call would free the frame that holds what is passed in memory: none is kept.
PlannedCalls planCalls(Module &M) {
  PlannedCalls Calls;
  for (Function &F : M)
    for (Instruction &I : instructions(F)) {
      auto *Call = dyn_cast<CallInst>(&I);
      if (!Call || Call->isInlineAsm() || isa<IntrinsicInst>(Call))
        continue;
      if (Call->isTailCall() && !Call->isMustTailCall())
        Call->setTailCallKind(CallInst::TCK_None);
      Plan P = planFor(Call->getFunctionType());
      if (P.Type)
        Calls.push_back({Call, P});
    }
  return Calls;
}

PlannedFunctions planFunctions(Module &M) {
  PlannedFunctions Functions;
  for (Function &F : M) {
    if (F.isIntrinsic())
      continue;
    Plan P = planFor(F.getFunctionType());
    if (P.Type)
      Functions.push_back({&F, P});
  }
  return Functions;
}

} // namespace

void lowerCallingConvention(Module &M) {
  dropLayoutAttributes(M);
  PlannedCalls Calls = planCalls(M);
  PlannedFunctions Functions = planFunctions(M);
  for (auto &[Call, P] : Calls)
    rewriteCall(*Call, P);
  for (auto &[F, P] : Functions)
    rewriteFunction(*F, P);
  errs() << "sbpf-legalize: rewrote " << Functions.size() << " functions, " << Calls.size() << " calls\n";
}

} // namespace sbpf
