PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "migrations" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "timestamp" bigint NOT NULL, "name" varchar NOT NULL);
INSERT INTO migrations VALUES(1,1763856000000,'Polls1763856000000');
INSERT INTO migrations VALUES(2,1763856000001,'DemoPolls1763856000001');
INSERT INTO migrations VALUES(3,1764086400000,'PollSequence1764086400000');
INSERT INTO migrations VALUES(4,1764115200000,'IdempotencyKeys1764115200000');
INSERT INTO migrations VALUES(5,1764115300000,'Kinds1764115300000');
INSERT INTO migrations VALUES(6,1764115400000,'DeletedPolls1764115400000');
INSERT INTO migrations VALUES(7,1764115500000,'Rooms1764115500000');
INSERT INTO migrations VALUES(8,1764115600000,'Retention1764115600000');
INSERT INTO migrations VALUES(9,1764115700000,'Bursts1764115700000');
INSERT INTO migrations VALUES(10,1764115800000,'Webhooks1764115800000');
CREATE TABLE poll (
      id varchar PRIMARY KEY NOT NULL,
      question varchar NOT NULL,
      status varchar NOT NULL CHECK (status IN ('open', 'closed')),
      round integer NOT NULL,
      revision integer NOT NULL,
      voters integer NOT NULL CHECK (voters >= 0),
      created_at varchar NOT NULL
    , sequence integer NOT NULL DEFAULT 0, kind varchar NOT NULL DEFAULT 'choice', content varchar NOT NULL DEFAULT '{}', deleted_at varchar, room_code varchar NOT NULL DEFAULT '', position integer NOT NULL DEFAULT 0, settings varchar NOT NULL DEFAULT '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}', listed integer NOT NULL DEFAULT 1, known integer NOT NULL DEFAULT 1, closes_at varchar, reworded_at varchar, public_revision integer NOT NULL DEFAULT 0, voted_revision integer NOT NULL DEFAULT 0, voted_at varchar);
INSERT INTO poll VALUES('tabspace','Tabs or spaces?','open',1,0,0,'2026-11-26T12:49:43.618Z',1,'choice','{"choices":[{"id":1,"text":"Tabs"},{"id":2,"text":"Spaces"},{"id":3,"text":"Both"}],"maxChoices":1,"minChoices":1}',NULL,'481891',0,'{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}',1,1,NULL,NULL,0,0,NULL);
INSERT INTO poll VALUES('vvsemacs','Vim or Emacs?','open',1,0,0,'2026-11-26T12:49:43.618Z',2,'choice','{"choices":[{"id":4,"text":"Vim"},{"id":5,"text":"Emacs"},{"id":6,"text":"Neither"}],"maxChoices":1,"minChoices":1}',NULL,'173227',0,'{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}',1,1,NULL,NULL,0,0,NULL);
INSERT INTO poll VALUES('aur34m2k','"quoted" \n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc','closed',2,7,1,'2026-11-26T12:49:44.723Z',3,'choice','{"choices":[{"id":192,"text":"\"quoted\" \\n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc"},{"id":193,"text":"\"quoted\" \\n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc 2"},{"id":194,"text":"null"},{"id":195,"text":"[]"},{"id":196,"text":"0"}],"minChoices":1,"maxChoices":3}',NULL,'457939',1,'{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}',1,1,NULL,NULL,7,7,'2026-11-26T12:49:45.903Z');
INSERT INTO poll VALUES('8uu9ta6t','Hidden?','closed',1,2,1,'2026-11-26T12:49:45.926Z',4,'choice','{"choices":[{"id":256,"text":"Cake"},{"id":257,"text":"Fruit"}],"minChoices":1,"maxChoices":1}',NULL,'457939',2,'{"resultsVisibility":"after-close","resultsFromVoters":0,"allowChange":false,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}',0,1,NULL,NULL,2,2,'2026-11-26T12:49:46.284Z');
INSERT INTO poll VALUES('r7bj75n9','With codes?','open',1,1,1,'2026-11-26T12:49:45.974Z',5,'choice','{"choices":[{"id":320,"text":"Cake"},{"id":321,"text":"Fruit"}],"minChoices":1,"maxChoices":1}',NULL,'457939',3,'{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"code","publishBallots":false}',0,1,NULL,NULL,1,1,'2026-11-26T12:49:46.333Z');
INSERT INTO poll VALUES('h6v394g3','','closed',1,1,0,'2026-11-26T12:49:46.024Z',6,'choice','{}','2026-11-26T12:49:46.108Z','457939',4,'{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}',0,0,NULL,NULL,1,1,NULL);
INSERT INTO poll VALUES('ewrjaj5y','Stuffed?','open',1,103,99,'2026-11-26T12:49:46.369Z',7,'choice','{"choices":[{"id":448,"text":"Tea"},{"id":449,"text":"Coffee"}],"minChoices":1,"maxChoices":1}',NULL,'463529',1,'{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}',0,1,NULL,NULL,103,103,'2026-11-26T12:49:48.361Z');
INSERT INTO poll VALUES('tkmgtta7','','closed',1,1,0,'2026-11-26T12:49:48.544Z',8,'choice','{}','2026-11-26T12:49:48.559Z','022247',1,'{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}',0,1,NULL,NULL,1,1,NULL);
CREATE TABLE setting (name varchar PRIMARY KEY NOT NULL, value varchar NOT NULL);
INSERT INTO setting VALUES('voter-key','V3m7ATnUSAfKI5LW4BtY1ekydedIi-BVajfslz4VbLY');
INSERT INTO setting VALUES('installation-id','180cd03b');
INSERT INTO setting VALUES('epoch','_4ZSpwZv');
CREATE TABLE idempotency_key (
      day integer NOT NULL,
      scope varchar NOT NULL,
      answer varchar NOT NULL, poll_id varchar NOT NULL DEFAULT '',
      PRIMARY KEY (day, scope)
    ) WITHOUT ROWID;
CREATE TABLE counter (
      poll_id varchar NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
      round integer NOT NULL,
      key varchar NOT NULL,
      value integer NOT NULL CHECK (value >= 0),
      PRIMARY KEY (poll_id, round, key)
    ) WITHOUT ROWID;
INSERT INTO counter VALUES('8uu9ta6t',1,'256',0);
INSERT INTO counter VALUES('8uu9ta6t',1,'257',1);
INSERT INTO counter VALUES('aur34m2k',1,'192',1);
INSERT INTO counter VALUES('aur34m2k',1,'193',1);
INSERT INTO counter VALUES('aur34m2k',1,'194',1);
INSERT INTO counter VALUES('aur34m2k',1,'195',0);
INSERT INTO counter VALUES('aur34m2k',1,'196',0);
INSERT INTO counter VALUES('aur34m2k',2,'192',1);
INSERT INTO counter VALUES('aur34m2k',2,'193',1);
INSERT INTO counter VALUES('aur34m2k',2,'194',1);
INSERT INTO counter VALUES('aur34m2k',2,'195',0);
INSERT INTO counter VALUES('aur34m2k',2,'196',0);
INSERT INTO counter VALUES('ewrjaj5y',1,'448',99);
INSERT INTO counter VALUES('ewrjaj5y',1,'449',0);
INSERT INTO counter VALUES('r7bj75n9',1,'320',1);
INSERT INTO counter VALUES('r7bj75n9',1,'321',0);
INSERT INTO counter VALUES('tabspace',1,'1',0);
INSERT INTO counter VALUES('tabspace',1,'2',0);
INSERT INTO counter VALUES('tabspace',1,'3',0);
INSERT INTO counter VALUES('vvsemacs',1,'4',0);
INSERT INTO counter VALUES('vvsemacs',1,'5',0);
INSERT INTO counter VALUES('vvsemacs',1,'6',0);
CREATE TABLE room (
      code varchar PRIMARY KEY NOT NULL,
      title varchar NOT NULL,
      host_key_hash varchar NOT NULL,
      current_poll_id varchar,
      revision integer NOT NULL,
      public_revision integer NOT NULL,
      created_at varchar NOT NULL,
      deleted_at varchar
    , active_at varchar NOT NULL DEFAULT '', deletes_at varchar);
INSERT INTO room VALUES('481891','','','tabspace',1,1,'2026-11-26T12:49:43.618Z',NULL,'2026-11-26T12:49:43.854Z',NULL);
INSERT INTO room VALUES('173227','','','vvsemacs',1,1,'2026-11-26T12:49:43.618Z',NULL,'2026-11-26T12:49:43.854Z',NULL);
INSERT INTO room VALUES('457939','"quoted" \n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc','f60fc216d9bf31c9a67535583e4a28aefa6fe12416f215de881a7f48d0c0555c','r7bj75n9',9,4,'2026-11-26T12:49:44.688Z',NULL,'2026-11-26T12:49:46.302Z',NULL);
INSERT INTO room VALUES('463529','','9fd84d553eaf52a61c1d441bb128cc83b54cc01a4bd95e8f40e6752f3879e7f5','ewrjaj5y',2,1,'2026-11-26T12:49:46.366Z',NULL,'2026-11-26T12:49:48.533Z',NULL);
INSERT INTO room VALUES('022247','','870a07ebd18ecb20651a72d3863c1bf597edfd05dca295d459acb5ae5c8f370c',NULL,2,2,'2026-11-26T12:49:48.542Z','2026-11-26T12:49:48.560Z','2026-11-26T12:49:48.561Z',NULL);
CREATE TABLE past_round (
      poll_id varchar NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
      round integer NOT NULL,
      question varchar NOT NULL,
      content varchar NOT NULL,
      voters integer NOT NULL,
      ended_at varchar NOT NULL,
      PRIMARY KEY (poll_id, round)
    );
INSERT INTO past_round VALUES('aur34m2k',1,'"quoted" \n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc','{"choices":[{"id":192,"text":"\"quoted\" \\n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc"},{"id":193,"text":"\"quoted\" \\n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc 2"},{"id":194,"text":"null"},{"id":195,"text":"[]"},{"id":196,"text":"0"}],"minChoices":1,"maxChoices":3}',2,'2026-11-26T12:49:45.289Z');
CREATE TABLE one_time_code (
      room_code varchar NOT NULL REFERENCES room (code) ON DELETE CASCADE,
      hash varchar NOT NULL,
      used integer NOT NULL DEFAULT 0,
      PRIMARY KEY (room_code, hash)
    );
INSERT INTO one_time_code VALUES('457939','k-UCt7jzayWzjPCcnzphUBvOwypAM-J6EoUUgb5QOQ0',1);
INSERT INTO one_time_code VALUES('457939','EUBHV7KAXPemC0pl9FYsu_Nuc8doX5MlEbQKENNry8k',0);
INSERT INTO one_time_code VALUES('457939','eSpc2FCYq9W3Yp85NuPbwKdU-yLL-k800YiEcmKcO6s',0);
CREATE TABLE host_log (
      room_code varchar NOT NULL REFERENCES room (code) ON DELETE CASCADE,
      number integer NOT NULL,
      at varchar NOT NULL,
      action varchar NOT NULL,
      poll_id varchar,
      PRIMARY KEY (room_code, number)
    );
INSERT INTO host_log VALUES('457939',1,'2026-11-26T12:49:44.735Z','created','aur34m2k');
INSERT INTO host_log VALUES('457939',2,'2026-11-26T12:49:45.418Z','round-started','aur34m2k');
INSERT INTO host_log VALUES('457939',3,'2026-11-26T12:49:45.928Z','created','8uu9ta6t');
INSERT INTO host_log VALUES('457939',4,'2026-11-26T12:49:45.977Z','created','r7bj75n9');
INSERT INTO host_log VALUES('457939',5,'2026-11-26T12:49:46.027Z','created','h6v394g3');
INSERT INTO host_log VALUES('457939',6,'2026-11-26T12:49:46.117Z','deleted','h6v394g3');
INSERT INTO host_log VALUES('457939',7,'2026-11-26T12:49:46.167Z','codes-issued',NULL);
INSERT INTO host_log VALUES('457939',8,'2026-11-26T12:49:46.204Z','closed','aur34m2k');
INSERT INTO host_log VALUES('457939',9,'2026-11-26T12:49:46.205Z','moved','8uu9ta6t');
INSERT INTO host_log VALUES('457939',10,'2026-11-26T12:49:46.300Z','closed','8uu9ta6t');
INSERT INTO host_log VALUES('457939',11,'2026-11-26T12:49:46.301Z','moved','r7bj75n9');
INSERT INTO host_log VALUES('463529',1,'2026-11-26T12:49:46.371Z','created','ewrjaj5y');
INSERT INTO host_log VALUES('463529',2,'2026-11-26T12:49:48.532Z','burst-voided','ewrjaj5y');
CREATE TABLE IF NOT EXISTS "ballot" (
    poll_id varchar NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
    round integer NOT NULL,
    id varchar NOT NULL,
    answer varchar NOT NULL, burst integer, voided integer NOT NULL DEFAULT 0,
    PRIMARY KEY (poll_id, round, id)
  ) WITHOUT ROWID;
INSERT INTO ballot VALUES('8uu9ta6t',1,'yucv-q0QW9wziztDC1WZWJ','[257]',NULL,0);
INSERT INTO ballot VALUES('aur34m2k',1,'6XeTSM3IRb6Uin-uZhjYNv','[192,194]',NULL,0);
INSERT INTO ballot VALUES('aur34m2k',1,'SUNv-8QkHMxi4d3Bjp-58Y','[193]',NULL,0);
INSERT INTO ballot VALUES('aur34m2k',2,'6XeTSM3IRb6Uin-uZhjYNv','[192,193,194]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'-3GuvoxsdQ6WnSFnI5mrpy','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'-eXqh9ggjfwsqgo2XOefqc','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'-tN7NCavUajw4SgAiZHMZP','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'-vI8hwT0wHAD7hLgC2GrGU','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'1JboBRm2rt6stEX4ipQyi0','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'1MYf6wN9qVabO4XrURBp2i','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'1qcp5--xk8l4Tv56taObtm','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'2vcz6XFWriyASQTDvr_0sB','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'3yTjdkR16PjfLouyS4GXFK','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'4N3BbQRjAMONYpFYEiEVr3','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'4bwienajNENuUmf3-BBbpz','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'5Nbo1tGEDYvQLcY3EiNOK4','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'5RnrzVx_8hlc7CJ94EO3ND','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'66K4TaABA0DrWxbnftJs3X','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'75nIgfIq_IHvzMcAXKyQLD','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'7iuBCctA3krO8LUGWWKB7H','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'9GTSWHyypbmO_tZIigdRVH','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'AD3eJD3cw1ktv2oB2wHGp8','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'AE9Y2V7nXo-rdIm4x7j7Aa','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'ATdV9OyZrhnL9AtNmZGabf','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'AiABHL16pg64B4Q0943kFY','[448]',235939398,1);
INSERT INTO ballot VALUES('ewrjaj5y',1,'BbX6ZI2ORiQnXunp50sSO7','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'BeajijL2x6-irBmCtLZrGm','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'Cd0ytLpQO3APiR-hXQjEuy','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'EA6oPrw5ZxhuRYZzQI-mPV','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'ESZkmWDSN1xEoZHnurc-re','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'EVH8vbVAy9XravBmpq_k-j','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'Es-O7KF_TJmlZ30moxEFsI','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'F6HC6zQC5_zora4ab23vnK','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'F9odOgyDG85dCZzcwu_7c_','[448]',235939398,1);
INSERT INTO ballot VALUES('ewrjaj5y',1,'FKlebFcjnRQfPZ53Lb5L2t','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'FWZVugJlHofRMyRIArLZrK','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'GYXw1zi5-0z4CQPAwk7j5f','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'HSNRYeHzVSE6qoRaHue052','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'IBPbJPR0Tlr1Wyq0AnhTBk','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'IjjsTMETmubbnpJsO92pTH','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'K093mDGfHQ880D7OwK5kTr','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'K9MdndUb26IobVs_1RZu0D','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'KE7HD_kVIw1wgUTZ7xGm75','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'KK7LiSacrQMgg2zMsN8uFY','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'KLkTZLUH_BduClhUNggt02','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'KblVMdaN5BLU3fPtGwQpjd','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'Kr7S6Yvt_TyjcuSpUxklVS','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'LKToGSl_B8_Khc4GMHo8be','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'OciZxdQbnF_z9dS9o7IrbY','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'OmqMh-GTSMzlKH_SyvFBrY','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'P-WHx48o5vAMWt3LLdKOho','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'P9TNM7_mavxLMiJ1FjbrRt','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'RMyWevXM74lczcLlDxAXuZ','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'RyFQTpwOOTfsV4LfgZYJFN','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'TvmUQB24kH4_uyLRhRdiST','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'Tyk5TrYTB5Un8FBAF4GIYQ','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'UFGYJubGGNTQ1ajDdzqTwu','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'V4jCP8PicvjMWi1ftG-v1S','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'VKGJqjLdJr0BUb1LjEOomp','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'VN81r_vnS_G-NEhyYzeYrI','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'VpUm8zG2Hqqpjecvovr497','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'WPbMALXnWp0hkeOZh_bojF','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'WprpfXW3Hdl_bzH8wTW_y0','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'ZC1kt7hgiRlvxoWQEI87sV','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'_KwATdHgj1TtgoHTrd1Z9F','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'bnAn1npSGX5kSwoP1U0oE3','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'boL_WQasz3ay6cmPbPa3Zs','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'bxuqLKICPhK90TsK96x7kl','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'c6mebH32iVSTnjRgRgMK4G','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'cTWKoPFcZni6B5iHp71PQZ','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'dUHhEkqqNT0UxnCtNGYrFN','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'eY-_8PgY3HIh_wZf1Ydqlt','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'fU8RCSBGh9Sb4Cwl37tAwC','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'fib6w2_tZzS0XmOrEgucsd','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'gPLIYK99UaVfKjA-HHCOvx','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'gQCQKz11mMNSW4jJDs5bGu','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'gYkdqtpmqBj2jwo35uD5W7','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'hSb4zP5AXB9K8YDyuPckd6','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'hi06BrTn50-YE3PrfzITMt','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'hyvA9kkruppb-m0XL889xZ','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'iq-hxG1D_mErUcMu_p94Jb','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'lOMr8lo7a1RuA0OfAI37OH','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'m-ZnIsheX2Pze-HD2MhaVz','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'mZ_cynAkQAp3qaO7PrRHZc','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'mzon4J0dlzX9XyyP1BnbaV','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'nZBa4c-RQQmuiqUHKL_8gA','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'o7ncWH3Z3Dvm9tbiNytSe_','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'oRu04K-7nAl_Nz2NVG55M6','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'pOhTKKX9bH4imBdCqtT1xT','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'pXjH5E41FsRrtUsseSPREh','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'q1KYsYx-czHnOtbV2YFf_T','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'qbOiC2PTZtNDBG9lTcQeFv','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'rHHVzQ68pnuqDJReRZfz8z','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'rRVn2ZnpBkrSnimpj63pUh','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'rvJJCstrfeZEIRHZRnC4yW','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'s-DKpjSK1UOWOcC4_xQHr1','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'tl5opMbkrs4l22qyl2rkPN','[448]',235939398,1);
INSERT INTO ballot VALUES('ewrjaj5y',1,'tmrdMYrxivmP1eU8ufoLsk','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'u9szvoRhiqoPFPTxdfcVgz','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'vJpLnx7q_BnJei4k7fol2B','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'vSP-DiqQRSWfIlySgcHkvj','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'vvtYqRyprw9enPEWHCa01_','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'wEMwZBF2nupxrEjc_VV-Ia','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'xGOroYY5m3eFqKl2m08Zyl','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'xe4NmAn1OdBm9ecMBqjA8o','[448]',NULL,0);
INSERT INTO ballot VALUES('ewrjaj5y',1,'zTkGoxT0MXKkkm_xLWVefN','[448]',NULL,0);
INSERT INTO ballot VALUES('r7bj75n9',1,'7ZKmATJwd6u5hhR9st7VS2','[320]',NULL,0);
CREATE TABLE burst (
      poll_id varchar NOT NULL REFERENCES poll (id) ON DELETE CASCADE,
      round integer NOT NULL,
      number integer NOT NULL,
      began_at varchar NOT NULL,
      voided integer NOT NULL DEFAULT 0,
      PRIMARY KEY (poll_id, round, number)
    );
INSERT INTO burst VALUES('ewrjaj5y',1,235939398,'2026-11-26T12:49:48.097Z',1);
CREATE TABLE webhook_event (
      id varchar PRIMARY KEY NOT NULL,
      type varchar NOT NULL,
      room_code varchar NOT NULL,
      poll_id varchar,
      at varchar NOT NULL,
      attempts integer NOT NULL,
      due_at varchar NOT NULL
    );
INSERT INTO webhook_event VALUES('msg_cb68df960e0a224643c5f1bfda8bde8d','round.started','457939','aur34m2k','2026-11-26T12:49:45.427Z',1,'2026-11-26T12:50:00.478Z');
INSERT INTO webhook_event VALUES('msg_60ebd00c9dc8b46c486afb56f1b31964','poll.closed','457939','aur34m2k','2026-11-26T12:49:46.204Z',1,'2026-11-26T12:50:01.217Z');
INSERT INTO webhook_event VALUES('msg_e87cddd723a8c885426d76ec4067ed01','room.moved','457939','8uu9ta6t','2026-11-26T12:49:46.206Z',1,'2026-11-26T12:50:01.217Z');
INSERT INTO webhook_event VALUES('msg_52d1acea22ea2861a91596de3b0fc50b','poll.closed','457939','8uu9ta6t','2026-11-26T12:49:46.301Z',1,'2026-11-26T12:50:01.305Z');
INSERT INTO webhook_event VALUES('msg_b7bced7ece31be60886aa3a2cc65fd4e','room.moved','457939','r7bj75n9','2026-11-26T12:49:46.302Z',1,'2026-11-26T12:50:01.305Z');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('migrations',10);
CREATE INDEX poll_newest_first ON poll (sequence, id);
CREATE INDEX counter_key ON counter (key);
CREATE INDEX poll_of_room ON poll (room_code, position);
CREATE INDEX poll_closing ON poll (closes_at) WHERE status = 'open' AND closes_at IS NOT NULL;
CREATE INDEX ballot_of_burst ON ballot (poll_id, round, burst) WHERE burst IS NOT NULL;
CREATE INDEX webhook_event_due ON webhook_event (due_at);
COMMIT;
