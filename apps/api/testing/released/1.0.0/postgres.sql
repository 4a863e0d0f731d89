CREATE TABLE public.ballot (
    poll_id character varying NOT NULL COLLATE pg_catalog."C",
    round integer NOT NULL,
    id character varying NOT NULL COLLATE pg_catalog."C",
    answer character varying NOT NULL COLLATE pg_catalog."C",
    burst integer,
    voided integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.burst (
    poll_id character varying NOT NULL COLLATE pg_catalog."C",
    round integer NOT NULL,
    number integer NOT NULL,
    began_at character varying NOT NULL COLLATE pg_catalog."C",
    voided integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.counter (
    poll_id character varying NOT NULL COLLATE pg_catalog."C",
    round integer NOT NULL,
    key character varying NOT NULL COLLATE pg_catalog."C",
    value integer NOT NULL,
    CONSTRAINT counter_value_check CHECK ((value >= 0))
)
WITH (fillfactor='50');

CREATE TABLE public.host_log (
    room_code character varying NOT NULL COLLATE pg_catalog."C",
    number integer NOT NULL,
    at character varying NOT NULL COLLATE pg_catalog."C",
    action character varying NOT NULL COLLATE pg_catalog."C",
    poll_id character varying COLLATE pg_catalog."C"
);

CREATE TABLE public.idempotency_key (
    day integer NOT NULL,
    scope character varying NOT NULL COLLATE pg_catalog."C",
    answer character varying NOT NULL COLLATE pg_catalog."C",
    poll_id character varying DEFAULT ''::character varying NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.migrations (
    id integer NOT NULL,
    "timestamp" bigint NOT NULL,
    name character varying NOT NULL
);

CREATE SEQUENCE public.migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.migrations_id_seq OWNED BY public.migrations.id;

CREATE TABLE public.one_time_code (
    room_code character varying NOT NULL COLLATE pg_catalog."C",
    hash character varying NOT NULL COLLATE pg_catalog."C",
    used integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.past_round (
    poll_id character varying NOT NULL COLLATE pg_catalog."C",
    round integer NOT NULL,
    question character varying NOT NULL COLLATE pg_catalog."C",
    content character varying NOT NULL COLLATE pg_catalog."C",
    voters integer NOT NULL,
    ended_at character varying NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.poll (
    id character varying NOT NULL COLLATE pg_catalog."C",
    question character varying NOT NULL COLLATE pg_catalog."C",
    status character varying NOT NULL COLLATE pg_catalog."C",
    round integer NOT NULL,
    revision integer NOT NULL,
    voters integer NOT NULL,
    created_at character varying NOT NULL COLLATE pg_catalog."C",
    sequence integer DEFAULT 0 NOT NULL,
    kind character varying DEFAULT 'choice'::character varying NOT NULL COLLATE pg_catalog."C",
    content character varying DEFAULT '{}'::character varying NOT NULL COLLATE pg_catalog."C",
    deleted_at character varying COLLATE pg_catalog."C",
    room_code character varying DEFAULT ''::character varying NOT NULL COLLATE pg_catalog."C",
    "position" integer DEFAULT 0 NOT NULL,
    settings character varying DEFAULT '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}'::character varying NOT NULL COLLATE pg_catalog."C",
    listed integer DEFAULT 1 NOT NULL,
    known integer DEFAULT 1 NOT NULL,
    closes_at character varying COLLATE pg_catalog."C",
    reworded_at character varying COLLATE pg_catalog."C",
    public_revision integer DEFAULT 0 NOT NULL,
    voted_revision integer DEFAULT 0 NOT NULL,
    voted_at character varying COLLATE pg_catalog."C",
    CONSTRAINT poll_status_check CHECK (((status)::text = ANY ((ARRAY['open'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT poll_total_votes_check CHECK ((voters >= 0))
)
WITH (fillfactor='50');

CREATE TABLE public.room (
    code character varying NOT NULL COLLATE pg_catalog."C",
    title character varying NOT NULL COLLATE pg_catalog."C",
    host_key_hash character varying NOT NULL COLLATE pg_catalog."C",
    current_poll_id character varying COLLATE pg_catalog."C",
    revision integer NOT NULL,
    public_revision integer NOT NULL,
    created_at character varying NOT NULL COLLATE pg_catalog."C",
    deleted_at character varying COLLATE pg_catalog."C",
    active_at character varying DEFAULT ''::character varying NOT NULL COLLATE pg_catalog."C",
    deletes_at character varying COLLATE pg_catalog."C"
);

CREATE TABLE public.setting (
    name character varying NOT NULL COLLATE pg_catalog."C",
    value character varying NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.webhook_event (
    id character varying NOT NULL COLLATE pg_catalog."C",
    type character varying NOT NULL COLLATE pg_catalog."C",
    room_code character varying NOT NULL COLLATE pg_catalog."C",
    poll_id character varying COLLATE pg_catalog."C",
    at character varying NOT NULL COLLATE pg_catalog."C",
    attempts integer NOT NULL,
    due_at character varying NOT NULL COLLATE pg_catalog."C"
);

ALTER TABLE ONLY public.migrations ALTER COLUMN id SET DEFAULT nextval('public.migrations_id_seq'::regclass);

INSERT INTO public.ballot VALUES ('8uu9ta6t', 1, 'yucv-q0QW9wziztDC1WZWJ', '[257]', NULL, 0);
INSERT INTO public.ballot VALUES ('aur34m2k', 1, '6XeTSM3IRb6Uin-uZhjYNv', '[192,194]', NULL, 0);
INSERT INTO public.ballot VALUES ('aur34m2k', 1, 'SUNv-8QkHMxi4d3Bjp-58Y', '[193]', NULL, 0);
INSERT INTO public.ballot VALUES ('aur34m2k', 2, '6XeTSM3IRb6Uin-uZhjYNv', '[192,193,194]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '-3GuvoxsdQ6WnSFnI5mrpy', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '-eXqh9ggjfwsqgo2XOefqc', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '-tN7NCavUajw4SgAiZHMZP', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '-vI8hwT0wHAD7hLgC2GrGU', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '1JboBRm2rt6stEX4ipQyi0', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '1MYf6wN9qVabO4XrURBp2i', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '1qcp5--xk8l4Tv56taObtm', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '2vcz6XFWriyASQTDvr_0sB', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '3yTjdkR16PjfLouyS4GXFK', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '4N3BbQRjAMONYpFYEiEVr3', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '4bwienajNENuUmf3-BBbpz', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '5Nbo1tGEDYvQLcY3EiNOK4', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '5RnrzVx_8hlc7CJ94EO3ND', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '66K4TaABA0DrWxbnftJs3X', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '75nIgfIq_IHvzMcAXKyQLD', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '7iuBCctA3krO8LUGWWKB7H', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '9GTSWHyypbmO_tZIigdRVH', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'AD3eJD3cw1ktv2oB2wHGp8', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'AE9Y2V7nXo-rdIm4x7j7Aa', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'ATdV9OyZrhnL9AtNmZGabf', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'AiABHL16pg64B4Q0943kFY', '[448]', 235939398, 1);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'BbX6ZI2ORiQnXunp50sSO7', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'BeajijL2x6-irBmCtLZrGm', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'Cd0ytLpQO3APiR-hXQjEuy', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'EA6oPrw5ZxhuRYZzQI-mPV', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'ESZkmWDSN1xEoZHnurc-re', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'EVH8vbVAy9XravBmpq_k-j', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'Es-O7KF_TJmlZ30moxEFsI', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'F6HC6zQC5_zora4ab23vnK', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'F9odOgyDG85dCZzcwu_7c_', '[448]', 235939398, 1);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'FKlebFcjnRQfPZ53Lb5L2t', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'FWZVugJlHofRMyRIArLZrK', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'GYXw1zi5-0z4CQPAwk7j5f', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'HSNRYeHzVSE6qoRaHue052', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'IBPbJPR0Tlr1Wyq0AnhTBk', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'IjjsTMETmubbnpJsO92pTH', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'K093mDGfHQ880D7OwK5kTr', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'K9MdndUb26IobVs_1RZu0D', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'KE7HD_kVIw1wgUTZ7xGm75', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'KK7LiSacrQMgg2zMsN8uFY', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'KLkTZLUH_BduClhUNggt02', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'KblVMdaN5BLU3fPtGwQpjd', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'Kr7S6Yvt_TyjcuSpUxklVS', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'LKToGSl_B8_Khc4GMHo8be', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'OciZxdQbnF_z9dS9o7IrbY', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'OmqMh-GTSMzlKH_SyvFBrY', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'P-WHx48o5vAMWt3LLdKOho', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'P9TNM7_mavxLMiJ1FjbrRt', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'RMyWevXM74lczcLlDxAXuZ', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'RyFQTpwOOTfsV4LfgZYJFN', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'TvmUQB24kH4_uyLRhRdiST', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'Tyk5TrYTB5Un8FBAF4GIYQ', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'UFGYJubGGNTQ1ajDdzqTwu', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'V4jCP8PicvjMWi1ftG-v1S', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'VKGJqjLdJr0BUb1LjEOomp', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'VN81r_vnS_G-NEhyYzeYrI', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'VpUm8zG2Hqqpjecvovr497', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'WPbMALXnWp0hkeOZh_bojF', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'WprpfXW3Hdl_bzH8wTW_y0', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'ZC1kt7hgiRlvxoWQEI87sV', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, '_KwATdHgj1TtgoHTrd1Z9F', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'bnAn1npSGX5kSwoP1U0oE3', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'boL_WQasz3ay6cmPbPa3Zs', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'bxuqLKICPhK90TsK96x7kl', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'c6mebH32iVSTnjRgRgMK4G', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'cTWKoPFcZni6B5iHp71PQZ', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'dUHhEkqqNT0UxnCtNGYrFN', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'eY-_8PgY3HIh_wZf1Ydqlt', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'fU8RCSBGh9Sb4Cwl37tAwC', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'fib6w2_tZzS0XmOrEgucsd', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'gPLIYK99UaVfKjA-HHCOvx', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'gQCQKz11mMNSW4jJDs5bGu', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'gYkdqtpmqBj2jwo35uD5W7', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'hSb4zP5AXB9K8YDyuPckd6', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'hi06BrTn50-YE3PrfzITMt', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'hyvA9kkruppb-m0XL889xZ', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'iq-hxG1D_mErUcMu_p94Jb', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'lOMr8lo7a1RuA0OfAI37OH', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'm-ZnIsheX2Pze-HD2MhaVz', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'mZ_cynAkQAp3qaO7PrRHZc', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'mzon4J0dlzX9XyyP1BnbaV', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'nZBa4c-RQQmuiqUHKL_8gA', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'o7ncWH3Z3Dvm9tbiNytSe_', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'oRu04K-7nAl_Nz2NVG55M6', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'pOhTKKX9bH4imBdCqtT1xT', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'pXjH5E41FsRrtUsseSPREh', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'q1KYsYx-czHnOtbV2YFf_T', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'qbOiC2PTZtNDBG9lTcQeFv', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'rHHVzQ68pnuqDJReRZfz8z', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'rRVn2ZnpBkrSnimpj63pUh', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'rvJJCstrfeZEIRHZRnC4yW', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 's-DKpjSK1UOWOcC4_xQHr1', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'tl5opMbkrs4l22qyl2rkPN', '[448]', 235939398, 1);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'tmrdMYrxivmP1eU8ufoLsk', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'u9szvoRhiqoPFPTxdfcVgz', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'vJpLnx7q_BnJei4k7fol2B', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'vSP-DiqQRSWfIlySgcHkvj', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'vvtYqRyprw9enPEWHCa01_', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'wEMwZBF2nupxrEjc_VV-Ia', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'xGOroYY5m3eFqKl2m08Zyl', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'xe4NmAn1OdBm9ecMBqjA8o', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('ewrjaj5y', 1, 'zTkGoxT0MXKkkm_xLWVefN', '[448]', NULL, 0);
INSERT INTO public.ballot VALUES ('r7bj75n9', 1, '7ZKmATJwd6u5hhR9st7VS2', '[320]', NULL, 0);

INSERT INTO public.burst VALUES ('ewrjaj5y', 1, 235939398, '2026-11-26T12:49:48.097Z', 1);

INSERT INTO public.counter VALUES ('8uu9ta6t', 1, '256', 0);
INSERT INTO public.counter VALUES ('8uu9ta6t', 1, '257', 1);
INSERT INTO public.counter VALUES ('aur34m2k', 1, '192', 1);
INSERT INTO public.counter VALUES ('aur34m2k', 1, '193', 1);
INSERT INTO public.counter VALUES ('aur34m2k', 1, '194', 1);
INSERT INTO public.counter VALUES ('aur34m2k', 1, '195', 0);
INSERT INTO public.counter VALUES ('aur34m2k', 1, '196', 0);
INSERT INTO public.counter VALUES ('aur34m2k', 2, '192', 1);
INSERT INTO public.counter VALUES ('aur34m2k', 2, '193', 1);
INSERT INTO public.counter VALUES ('aur34m2k', 2, '194', 1);
INSERT INTO public.counter VALUES ('aur34m2k', 2, '195', 0);
INSERT INTO public.counter VALUES ('aur34m2k', 2, '196', 0);
INSERT INTO public.counter VALUES ('ewrjaj5y', 1, '448', 99);
INSERT INTO public.counter VALUES ('ewrjaj5y', 1, '449', 0);
INSERT INTO public.counter VALUES ('r7bj75n9', 1, '320', 1);
INSERT INTO public.counter VALUES ('r7bj75n9', 1, '321', 0);
INSERT INTO public.counter VALUES ('tabspace', 1, '1', 0);
INSERT INTO public.counter VALUES ('tabspace', 1, '2', 0);
INSERT INTO public.counter VALUES ('tabspace', 1, '3', 0);
INSERT INTO public.counter VALUES ('vvsemacs', 1, '4', 0);
INSERT INTO public.counter VALUES ('vvsemacs', 1, '5', 0);
INSERT INTO public.counter VALUES ('vvsemacs', 1, '6', 0);

INSERT INTO public.host_log VALUES ('457939', 1, '2026-11-26T12:49:44.735Z', 'created', 'aur34m2k');
INSERT INTO public.host_log VALUES ('457939', 2, '2026-11-26T12:49:45.418Z', 'round-started', 'aur34m2k');
INSERT INTO public.host_log VALUES ('457939', 3, '2026-11-26T12:49:45.928Z', 'created', '8uu9ta6t');
INSERT INTO public.host_log VALUES ('457939', 4, '2026-11-26T12:49:45.977Z', 'created', 'r7bj75n9');
INSERT INTO public.host_log VALUES ('457939', 5, '2026-11-26T12:49:46.027Z', 'created', 'h6v394g3');
INSERT INTO public.host_log VALUES ('457939', 6, '2026-11-26T12:49:46.117Z', 'deleted', 'h6v394g3');
INSERT INTO public.host_log VALUES ('457939', 7, '2026-11-26T12:49:46.167Z', 'codes-issued', NULL);
INSERT INTO public.host_log VALUES ('457939', 8, '2026-11-26T12:49:46.204Z', 'closed', 'aur34m2k');
INSERT INTO public.host_log VALUES ('457939', 9, '2026-11-26T12:49:46.205Z', 'moved', '8uu9ta6t');
INSERT INTO public.host_log VALUES ('457939', 10, '2026-11-26T12:49:46.300Z', 'closed', '8uu9ta6t');
INSERT INTO public.host_log VALUES ('457939', 11, '2026-11-26T12:49:46.301Z', 'moved', 'r7bj75n9');
INSERT INTO public.host_log VALUES ('463529', 1, '2026-11-26T12:49:46.371Z', 'created', 'ewrjaj5y');
INSERT INTO public.host_log VALUES ('463529', 2, '2026-11-26T12:49:48.532Z', 'burst-voided', 'ewrjaj5y');

INSERT INTO public.migrations VALUES (1, 1763856000000, 'Polls1763856000000');
INSERT INTO public.migrations VALUES (2, 1763856000001, 'DemoPolls1763856000001');
INSERT INTO public.migrations VALUES (3, 1764086400000, 'PollSequence1764086400000');
INSERT INTO public.migrations VALUES (4, 1764115200000, 'IdempotencyKeys1764115200000');
INSERT INTO public.migrations VALUES (5, 1764115300000, 'Kinds1764115300000');
INSERT INTO public.migrations VALUES (6, 1764115400000, 'DeletedPolls1764115400000');
INSERT INTO public.migrations VALUES (7, 1764115500000, 'Rooms1764115500000');
INSERT INTO public.migrations VALUES (8, 1764115600000, 'Retention1764115600000');
INSERT INTO public.migrations VALUES (9, 1764115700000, 'Bursts1764115700000');
INSERT INTO public.migrations VALUES (10, 1764115800000, 'Webhooks1764115800000');

INSERT INTO public.one_time_code VALUES ('457939', 'EUBHV7KAXPemC0pl9FYsu_Nuc8doX5MlEbQKENNry8k', 0);
INSERT INTO public.one_time_code VALUES ('457939', 'eSpc2FCYq9W3Yp85NuPbwKdU-yLL-k800YiEcmKcO6s', 0);
INSERT INTO public.one_time_code VALUES ('457939', 'k-UCt7jzayWzjPCcnzphUBvOwypAM-J6EoUUgb5QOQ0', 1);

INSERT INTO public.past_round VALUES ('aur34m2k', 1, '"quoted" \n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc', '{"choices":[{"id":192,"text":"\"quoted\" \\n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc"},{"id":193,"text":"\"quoted\" \\n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc 2"},{"id":194,"text":"null"},{"id":195,"text":"[]"},{"id":196,"text":"0"}],"minChoices":1,"maxChoices":3}', 2, '2026-11-26T12:49:45.289Z');

INSERT INTO public.poll VALUES ('8uu9ta6t', 'Hidden?', 'closed', 1, 2, 1, '2026-11-26T12:49:45.926Z', 4, 'choice', '{"choices":[{"id":256,"text":"Cake"},{"id":257,"text":"Fruit"}],"minChoices":1,"maxChoices":1}', NULL, '457939', 2, '{"resultsVisibility":"after-close","resultsFromVoters":0,"allowChange":false,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}', 0, 1, NULL, NULL, 2, 2, '2026-11-26T12:49:46.284Z');
INSERT INTO public.poll VALUES ('aur34m2k', '"quoted" \n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc', 'closed', 2, 7, 1, '2026-11-26T12:49:44.723Z', 3, 'choice', '{"choices":[{"id":192,"text":"\"quoted\" \\n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc"},{"id":193,"text":"\"quoted\" \\n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc 2"},{"id":194,"text":"null"},{"id":195,"text":"[]"},{"id":196,"text":"0"}],"minChoices":1,"maxChoices":3}', NULL, '457939', 1, '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}', 1, 1, NULL, NULL, 7, 7, '2026-11-26T12:49:45.903Z');
INSERT INTO public.poll VALUES ('ewrjaj5y', 'Stuffed?', 'open', 1, 103, 99, '2026-11-26T12:49:46.369Z', 7, 'choice', '{"choices":[{"id":448,"text":"Tea"},{"id":449,"text":"Coffee"}],"minChoices":1,"maxChoices":1}', NULL, '463529', 1, '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}', 0, 1, NULL, NULL, 103, 103, '2026-11-26T12:49:48.361Z');
INSERT INTO public.poll VALUES ('h6v394g3', '', 'closed', 1, 1, 0, '2026-11-26T12:49:46.024Z', 6, 'choice', '{}', '2026-11-26T12:49:46.108Z', '457939', 4, '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}', 0, 0, NULL, NULL, 1, 1, NULL);
INSERT INTO public.poll VALUES ('r7bj75n9', 'With codes?', 'open', 1, 1, 1, '2026-11-26T12:49:45.974Z', 5, 'choice', '{"choices":[{"id":320,"text":"Cake"},{"id":321,"text":"Fruit"}],"minChoices":1,"maxChoices":1}', NULL, '457939', 3, '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"code","publishBallots":false}', 0, 1, NULL, NULL, 1, 1, '2026-11-26T12:49:46.333Z');
INSERT INTO public.poll VALUES ('tabspace', 'Tabs or spaces?', 'open', 1, 0, 0, '2026-11-26T12:49:43.618Z', 1, 'choice', '{"choices":[{"id":1,"text":"Tabs"},{"id":2,"text":"Spaces"},{"id":3,"text":"Both"}],"maxChoices":1,"minChoices":1}', NULL, '481891', 0, '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}', 1, 1, NULL, NULL, 0, 0, NULL);
INSERT INTO public.poll VALUES ('tkmgtta7', '', 'closed', 1, 1, 0, '2026-11-26T12:49:48.544Z', 8, 'choice', '{}', '2026-11-26T12:49:48.559Z', '022247', 1, '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}', 0, 1, NULL, NULL, 1, 1, NULL);
INSERT INTO public.poll VALUES ('vvsemacs', 'Vim or Emacs?', 'open', 1, 0, 0, '2026-11-26T12:49:43.618Z', 2, 'choice', '{"choices":[{"id":4,"text":"Vim"},{"id":5,"text":"Emacs"},{"id":6,"text":"Neither"}],"maxChoices":1,"minChoices":1}', NULL, '173227', 0, '{"resultsVisibility":"always","resultsFromVoters":0,"allowChange":true,"shuffleChoices":false,"voteMode":"browser","publishBallots":false}', 1, 1, NULL, NULL, 0, 0, NULL);

INSERT INTO public.room VALUES ('022247', '', '870a07ebd18ecb20651a72d3863c1bf597edfd05dca295d459acb5ae5c8f370c', NULL, 2, 2, '2026-11-26T12:49:48.542Z', '2026-11-26T12:49:48.560Z', '2026-11-26T12:49:48.561Z', NULL);
INSERT INTO public.room VALUES ('173227', '', '', 'vvsemacs', 1, 1, '2026-11-26T12:49:43.618Z', NULL, '2026-11-26T12:49:43.854Z', NULL);
INSERT INTO public.room VALUES ('457939', '"quoted" \n ''single'' $1 ; -- </script> é 🗳 👩‍👩‍👧 שלום abc', 'f60fc216d9bf31c9a67535583e4a28aefa6fe12416f215de881a7f48d0c0555c', 'r7bj75n9', 9, 4, '2026-11-26T12:49:44.688Z', NULL, '2026-11-26T12:49:46.302Z', NULL);
INSERT INTO public.room VALUES ('463529', '', '9fd84d553eaf52a61c1d441bb128cc83b54cc01a4bd95e8f40e6752f3879e7f5', 'ewrjaj5y', 2, 1, '2026-11-26T12:49:46.366Z', NULL, '2026-11-26T12:49:48.533Z', NULL);
INSERT INTO public.room VALUES ('481891', '', '', 'tabspace', 1, 1, '2026-11-26T12:49:43.618Z', NULL, '2026-11-26T12:49:43.854Z', NULL);

INSERT INTO public.setting VALUES ('installation-id', '180cd03b');
INSERT INTO public.setting VALUES ('voter-key', 'V3m7ATnUSAfKI5LW4BtY1ekydedIi-BVajfslz4VbLY');
INSERT INTO public.setting VALUES ('epoch', 'j5LzJ7qT');

INSERT INTO public.webhook_event VALUES ('msg_52d1acea22ea2861a91596de3b0fc50b', 'poll.closed', '457939', '8uu9ta6t', '2026-11-26T12:49:46.301Z', 1, '2026-11-26T12:50:01.305Z');
INSERT INTO public.webhook_event VALUES ('msg_60ebd00c9dc8b46c486afb56f1b31964', 'poll.closed', '457939', 'aur34m2k', '2026-11-26T12:49:46.204Z', 1, '2026-11-26T12:50:01.217Z');
INSERT INTO public.webhook_event VALUES ('msg_b7bced7ece31be60886aa3a2cc65fd4e', 'room.moved', '457939', 'r7bj75n9', '2026-11-26T12:49:46.302Z', 1, '2026-11-26T12:50:01.305Z');
INSERT INTO public.webhook_event VALUES ('msg_cb68df960e0a224643c5f1bfda8bde8d', 'round.started', '457939', 'aur34m2k', '2026-11-26T12:49:45.427Z', 1, '2026-11-26T12:50:00.478Z');
INSERT INTO public.webhook_event VALUES ('msg_e87cddd723a8c885426d76ec4067ed01', 'room.moved', '457939', '8uu9ta6t', '2026-11-26T12:49:46.206Z', 1, '2026-11-26T12:50:01.217Z');

SELECT pg_catalog.setval('public.migrations_id_seq', 10, true);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id);

ALTER TABLE ONLY public.burst
    ADD CONSTRAINT burst_pkey PRIMARY KEY (poll_id, round, number);

ALTER TABLE ONLY public.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (poll_id, round, key);

ALTER TABLE ONLY public.ballot
    ADD CONSTRAINT hidden_ballot_pkey PRIMARY KEY (poll_id, round, id);

ALTER TABLE ONLY public.host_log
    ADD CONSTRAINT host_log_pkey PRIMARY KEY (room_code, number);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (day, scope);

ALTER TABLE ONLY public.one_time_code
    ADD CONSTRAINT one_time_code_pkey PRIMARY KEY (room_code, hash);

ALTER TABLE ONLY public.past_round
    ADD CONSTRAINT past_round_pkey PRIMARY KEY (poll_id, round);

ALTER TABLE ONLY public.poll
    ADD CONSTRAINT poll_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.room
    ADD CONSTRAINT room_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.setting
    ADD CONSTRAINT setting_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.webhook_event
    ADD CONSTRAINT webhook_event_pkey PRIMARY KEY (id);

CREATE INDEX ballot_of_burst ON public.ballot USING btree (poll_id, round, burst) WHERE (burst IS NOT NULL);

CREATE INDEX counter_key ON public.counter USING btree (key);

CREATE INDEX poll_closing ON public.poll USING btree (closes_at) WHERE (((status)::text = 'open'::text) AND (closes_at IS NOT NULL));

CREATE INDEX poll_newest_first ON public.poll USING btree (sequence, id);

CREATE INDEX poll_of_room ON public.poll USING btree (room_code, "position");

CREATE INDEX webhook_event_due ON public.webhook_event USING btree (due_at);

ALTER TABLE ONLY public.burst
    ADD CONSTRAINT burst_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES public.poll(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.counter
    ADD CONSTRAINT counter_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES public.poll(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.ballot
    ADD CONSTRAINT hidden_ballot_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES public.poll(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.host_log
    ADD CONSTRAINT host_log_room_code_fkey FOREIGN KEY (room_code) REFERENCES public.room(code) ON DELETE CASCADE;

ALTER TABLE ONLY public.one_time_code
    ADD CONSTRAINT one_time_code_room_code_fkey FOREIGN KEY (room_code) REFERENCES public.room(code) ON DELETE CASCADE;

ALTER TABLE ONLY public.past_round
    ADD CONSTRAINT past_round_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES public.poll(id) ON DELETE CASCADE;

