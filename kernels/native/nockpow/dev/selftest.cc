#include <cstdio>
#include <fstream>
#include <iterator>
#include "../number.h"
using namespace pitboss::nockpow;
int main(int argc,char**argv){
  Digest z{};auto d=hash10(z,z);for(auto x:d)printf("%lu ",x);printf("\n");
  d=hash_varlen({});for(auto x:d)printf("%lu ",x);printf("\n");
  F3 a{{123,456,789}};F3 i=inverse3(a);F3 o=a*i;printf("%lu %lu %lu\n",o.c[0],o.c[1],o.c[2]);
  for(int k=1;k<argc;k++){std::ifstream f(argv[k],std::ios::binary);std::vector<uint8_t> b((std::istreambuf_iterator<char>(f)),{});
   Nouns n;auto r=cue(n,b,{1<<21,1<<21,1<<23});auto j=jam(n,r.noun);printf("%s err=%s bits=%zu nouns=%zu jam=%zu of %zu eq=%d\n",argv[k],cue_error_text(r.error),r.bits,n.count(),j.size(),b.size(),std::equal(j.begin(),j.end(),b.begin()));}
}
