%% Erlang/OTP beside the actor runtime: gen_servers under simple_one_for_one, the same tests as pitboss.ts.
%% One JSON line per measurement. erlc otp.erl && erl -noshell +S 2:2 -s otp main
-module(otp).
-behaviour(gen_server).
-export([main/0,init/1,handle_call/3,handle_cast/2,handle_info/2,start_link/1,start_link/2]).
%% sup
-export([sup_init/2]).
init({sup,Flags,Specs}) -> {ok,{Flags,Specs}};
init({hib,X}) -> {ok,X,hibernate};
init({up,Pid}) -> Pid ! {up,self()}, {ok,{up,Pid}};
init(X) -> {ok,X}.
handle_call(ping,_F,S) -> {reply,pong,S}.
handle_cast(boom,_S) -> exit(boom);
handle_cast({count,To,0},S) -> To ! done, {noreply,S};
handle_cast({count,_,_},S) -> {noreply,S};
handle_cast({hit,C},S) -> counters:add(C,1,1), {noreply,S};
handle_cast(_,S) -> {noreply,S}.
handle_info(_,S) -> {noreply,S}.
start_link(A) -> gen_server:start_link(?MODULE,A,[]).
start_link(Name,A) -> gen_server:start_link({local,Name},?MODULE,A,[]).
sup_init(Flags,Specs) -> supervisor:start_link(?MODULE,{sup,Flags,Specs}).
now_us() -> erlang:monotonic_time(microsecond).
out(T,L) -> io:format("{\"rt\":\"otp~s-S~p\",\"test\":\"~s\"~s}~n",[erlang:system_info(otp_release),erlang:system_info(schedulers),T,[io_lib:format(",\"~s\":~s",[K,fmt(V)])||{K,V}<-L]]).
fmt(V) when is_integer(V) -> integer_to_list(V); fmt(V) -> io_lib:format("~.2f",[V]).
loop() -> receive stop -> ok; {ping,F} -> F ! pong, loop(); _ -> loop() end.
spawnbench(Name,N,F) ->
  erlang:garbage_collect(), M0=erlang:memory(total), T0=now_us(),
  Ps=[F(I)||I<-lists:seq(1,N)], T1=now_us(), M1=erlang:memory(total),
  {memory,PM}=process_info(hd(Ps),memory),
  out(Name,[{"n",N},{"ms",(T1-T0)/1000},{"us_per",(T1-T0)/N},{"total_B",(M1-M0) div N},{"proc_info_B",PM}]), Ps.
pct(L,P) -> S=lists:sort(L), lists:nth(min(length(S),1+trunc(P*length(S))),S).
main() ->
  logger:set_primary_config(level,none), process_flag(trap_exit,true), N=100000,
  Ps=spawnbench("spawn-raw",N,fun(_)->spawn(fun loop/0) end), [P!stop||P<-Ps], timer:sleep(300),
  Q=spawnbench("spawn-gen_server",N,fun(_)->{ok,P}=gen_server:start(?MODULE,0,[]),P end),
  C=counters:new(1,[]), T0=now_us(), [gen_server:cast(P,{hit,C})||_<-lists:seq(1,10),P<-Q], waitc(C,N*10), T1=now_us(), out("fanout10",[{"msgs",N*10},{"mps",N*10*1000000 div (T1-T0)}]),
  [exit(P,kill)||P<-Q], timer:sleep(500),
  H=spawnbench("spawn-gen_server-hibernate",N,fun(_)->{ok,P}=gen_server:start(?MODULE,{hib,0},[]),P end), [exit(P,kill)||P<-H], timer:sleep(500),
  {ok,Sup}=sup_init(#{strategy=>simple_one_for_one,intensity=>1000000,period=>1},[#{id=>c,start=>{?MODULE,start_link,[]},restart=>permanent,shutdown=>brutal_kill}]),
  spawnbench("spawn-supervised-simple_one_for_one",N,fun(_)->{ok,P}=supervisor:start_child(Sup,[0]),P end),
  K=10000, Me0=self(), {ok,SupK}=sup_init(#{strategy=>simple_one_for_one,intensity=>1000000,period=>1},[#{id=>c,start=>{?MODULE,start_link,[]},restart=>permanent,shutdown=>brutal_kill}]),
  Kids=[element(2,supervisor:start_child(SupK,[{up,Me0}]))||_<-lists:seq(1,K)], [receive {up,_}->ok end||_<-lists:seq(1,K)],
  T4=now_us(), [gen_server:cast(P,boom)||P<-Kids], [receive {up,_}->ok end||_<-lists:seq(1,K)], T5=now_us(), out("mass-restart",[{"n",K},{"ms",(T5-T4)/1000},{"us_per",(T5-T4)/K}]),
  T6=now_us(), exit(Sup,shutdown), receive {'EXIT',Sup,_}->ok end, out("stop-all",[{"n",N},{"ms",(now_us()-T6)/1000}]),
  {ok,G}=gen_server:start(?MODULE,0,[]), M=1000000, Me=self(),
  T7=now_us(), [gen_server:cast(G,{count,Me,I})||I<-lists:seq(M-1,0,-1)], receive done->ok end, out("tell1",[{"msgs",M},{"mps",M*1000000 div (now_us()-T7)}]),
  T8=now_us(), [gen_server:call(G,ping)||_<-lists:seq(1,200000)], out("ask",[{"msgs",200000},{"rps",200000*1000000 div (now_us()-T8)}]),
  {ok,S2}=sup_init(#{strategy=>one_for_one,intensity=>1000000,period=>1},[#{id=>c,start=>{?MODULE,start_link,[{up,Me}]}}]), P0=receive {up,X}->X end,
  {Ls,_}=lists:mapfoldl(fun(_,P)->A=now_us(), gen_server:cast(P,boom), P2=receive {up,Y}->Y end, pong=gen_server:call(P2,ping), {now_us()-A,P2} end,P0,lists:seq(1,5000)),
  out("restart-one_for_one",[{"n",5000},{"p50_us",pct(Ls,0.5)},{"p99_us",pct(Ls,0.99)}]), unlink(S2), exit(S2,kill), halt(0).
waitc(C,N) -> case counters:get(C,1) of N -> ok; _ -> timer:sleep(1), waitc(C,N) end.
