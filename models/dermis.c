/* Dermis after microneedling: clot, signals, macrophages, fibroblasts and the three ages of collagen, under a healing epidermis.
 * Long because a model is one file: a table row for each parameter, species and outcome.
 *
 * Collagen I and III pass three stages, new (labile) -> incorporated (divalent cross-links) -> mature (trivalent); synthesis is raised by
 * cells that TGF-b1 or -b3 has activated, limited by crowding, and a local deficit below the set point phi is repaired.  All signals are
 * excess over homeostasis and nothing depends on time, so healthy skin of any set point is an exact fixed point.
 *
 *     hA = (Te+G)/(KA+Te+G), Te = yT T     hm = Th2/(Km2+Th2), Th = Te/(1+G/K3)      hP = P/(KP+P)   hQ = Q/(KQ+Q)   iQ = KI/(KI+Q)
 *     C  = n1+n3+x1+x3+z1+z3               st = ycol/(1+(C/csat)^4)                  d  = max(0, 1-C/phi)
 *     w  = a+m+rf d f                      ell = w/(Ka+w)                            v  = yV (v0+v1 M2/(KV+M2))
 *     Syn1 = s1 [phi f iQ2 + ysyn  st (A1 a iQ2 + Am m)                    + d wr1 w iQ2]
 *     Syn3 = s3 [phi f iQ  + ysyn3 st (Af3 hA f iQ + rho3 (A1 a iQ + Am m)) + d (ysyn3 wr3 (a+m) + wr1 rf d f) iQ]
 *
 * Symbols: B clot, P PDGF, T and G TGF-b1 and -b3, Q inflammatory signal, M1 and M2 macrophages, f, a, m resting, activated and
 * myofibroblasts, E MMP, n, x, z collagen, te tropoelastin, el elastin, hy hyaluronan, V capillaries; epidermis K cover, S barrier,
 * H thickness, W activation.  Units: mm, day, ng/mL; cells, matrix and vessels relative to healthy skin (macrophages to 300 /mm3).
 * Limits: no mechanics, oxygen or chemotaxis; wounds up to 1.5 mm; severe diabetes and radiation are guesses.
 *
 * Sources by first author: Waugh & Sherratt 2006 Bull Math Biol 68:197 and 2007 Wound Repair Regen 15:556; Koppenol 2017
 * doi:10.1007/s10237-017-0881-y; Murphy 2012 and Olsen 1995 as used there; Cumming 2010 J R Soc Interface 7:19; Menon 2012; Reynolds
 * 2006, Cooper 2015; Jin 2011 BMC Syst Biol 5:60; Sohutskay 2021; Schugart 2008, Flegg 2009.  "C.." and "S.." are the rows of clinical
 * evidence that a value was fitted to. */
#include "model.h"

#include <float.h>
#include <math.h>

/* clang-format off */
/* Enumerators are lower case here: each one is the name that users write, so a row cannot drift from its name. */
#define ROW(name, ...) [name] = {#name, __VA_ARGS__}
#define LIT "literature: "
#define FIT "published form, fitted: "
#define ASM "assumed: "

enum {
    clot, pdgf, tgfb1, tgfb3, inflammation, macrophage_m1, macrophage_m2, fibroblast, activated_fibroblast, myofibroblast, mmp,
    collagen_i_new, collagen_iii_new, collagen_i_incorporated, collagen_iii_incorporated, collagen_i_mature, collagen_iii_mature,
    tropoelastin, elastin, hyaluronan, capillary, pigment, N_SPECIES
};
enum { keratinocyte, barrier, epidermal_thickness, keratinocyte_activation, N_SURFACE };
enum {
    signal_diffusivity, macrophage_diffusivity, fibroblast_diffusivity, activated_fibroblast_diffusivity, mmp_diffusivity,
    soluble_matrix_diffusivity, capillary_diffusivity, clot_lysis, clot_lysis_macrophage, pdgf_clot, pdgf_macrophage, pdgf_loss,
    pdgf_half_saturation, tgfb1_clot, tgfb1_macrophage, tgfb1_myofibroblast, tgfb_loss, tgfb3_macrophage, tgfb3_antagonism,
    inflammation_clot, inflammation_macrophage, inflammation_loss, inflammation_half_saturation, inflammation_inhibition,
    macrophage_recruitment, macrophage_switch, macrophage_loss, fibroblast_turnover, fibroblast_proliferation, fibroblast_capacity,
    activation_rate, activation_half_saturation, deactivation_rate, differentiation_rate, differentiation_half_saturation,
    myofibroblast_apoptosis, dedifferentiation_rate, dedifferentiation_tgfb, mmp_release, mmp_loss, mmp_collagen_new,
    mmp_collagen_linked, collagen_i_share, collagen_iii_share, collagen_i_labile, collagen_iii_labile, collagen_degradation,
    collagen_maturation, collagen_i_turnover, collagen_iii_turnover, collagen_mature_loss, synthesis_activated, synthesis_myofibroblast,
    synthesis_iii_ratio, synthesis_iii_resting, crowding_collagen, repair_synthesis_i, repair_synthesis_iii, repair_resting_share,
    incorporation_rate, incorporation_half_saturation, incorporation_iii_ratio, tropoelastin_turnover, tropoelastin_gain,
    elastin_crosslinking_gain, elastin_loss, mmp_elastin, hyaluronan_turnover, hyaluronan_gain, capillary_regrowth,
    capillary_regrowth_macrophage, capillary_half_saturation, keratinocyte_diffusivity, keratinocyte_mitosis, keratinocyte_reseeding,
    barrier_repair, keratinocyte_activation_rate, barrier_crust, barrier_inflammation, epidermis_relaxation, epidermis_gain,
    epidermis_half_saturation, bruise_intensity, bruise_cell_death, bruise_capillary_loss, pdgf_pulse, tgfb1_pulse, inflammation_pulse,
    tgfb_baseline, strength_new, strength_incorporated, hyaluronan_weight, collagen_set_point, synthesis_i_factor, synthesis_iii_factor,
    mmp_factor, tgfb_factor, recruitment_factor, proliferation_factor, keratinocyte_factor, activated_synthesis_factor,
    capillary_factor, roughness_gain, hyperaemia_gain, pigment_extrusion, pigment_clearance, follicle_depth, follicle_height,
    serum_permeability, serum_channel_permeability, serum_diffusivity, serum_clearance, elastin_set_point,
    ageing_drift, N_PARAMS
};
/* Derived constants: healthy collagen at phi = 1, basal incorporation rates, basal synthesis. */
enum { N1B = N_PARAMS, X1B, Z1B, N3B, X3B, Z3B, KX1, KX3, S1, S3, N_ALL };
enum { SET_POINT, ELASTIN_SET_POINT, N_FIXED };
enum {
    r_collagen = N_SPECIES, r_collagen_I, r_collagen_III, r_new_collagen, r_mature_collagen, r_synthesis_I, r_synthesis_III, r_strength,
    r_fibroblasts, N_QUANTITIES
};
enum { r_covered = N_SURFACE, r_barrier_deficit, N_SURFACE_QUANTITIES };
enum { MYOFIBROBLAST_DAYS, FOLLICLE_PDGF, FOLLICLE_TGFB, N_INTEGRALS };
enum {
    o_collagen_gain, o_collagen_I_gain, o_collagen_III_gain, o_new_collagen_fraction, o_mature_collagen_gain, o_collagen_synthesis,
    o_collagen_core, o_new_collagen_core, o_collagen_III_fraction, o_collagen_III_fraction_core, o_collagen_I_synthesis,
    o_collagen_III_synthesis, o_collagen_I_synthesis_injured, o_collagen_III_synthesis_injured, o_elastin_gain, o_elastin_gain_core,
    o_tropoelastin_ratio, o_tgfb, o_inflammation, o_mmp, o_fibroblasts, o_activated_fibroblasts, o_myofibroblasts, o_myofibroblasts_core,
    o_perfusion, o_epidermal_closure, o_barrier_deficit, o_epidermal_thickness, o_strength_core, o_stiffness_gain,
    o_dermal_density_gain, o_dermal_thickness_gain, o_hyaluronan, o_scar_index, o_scar_myofibroblasts, o_scar_collagen_III,
    o_scar_excess, o_erythema, o_blood_flow, o_roughness, o_serum_uptake, o_pigment_fraction, o_follicle_signal, o_follicle_tgfb,
    o_collagen_turnover, N_OUTCOMES
};

static const double CAPILLARY_LOSS = 0.95;      /* of the capillaries in a channel */
/* Of outcomes; assumed, no observation fixes them. */
static const double ERYTHEMA_HALF = 0.05;  /* inflammatory signal of half the redness */
static const double SCAR_III_SHARE = 1.25; /* share of type III in the channel / before treatment: more counts as a scar */
static const double SCAR_COLLAGEN = 1.1;   /* likewise collagen in the channel / set point */
static const double ROUNDING = 8 * DBL_EPSILON; /* a sum of six that misses the set point by this is no deficit: exact fixed point */

static const struct species species[N_SPECIES] = {
    /*  name                       unit     healthy    scale diffusivity                       meaning */
    ROW(clot,                      "1",     0,         1,    .meaning = "clot, fibrin and necrotic debris (B), 0 to 1"),
    ROW(pdgf,                      "ng/mL", 0,         0.5,  "signal_diffusivity", .meaning = "PDGF, excess (P)"),
    ROW(tgfb1,                     "ng/mL", 0,         0.1,  "signal_diffusivity", .meaning = "active TGF-b1, excess (T)"),
    ROW(tgfb3,                     "ng/mL", 0,         0.1,  "signal_diffusivity", .meaning = "active TGF-b3, excess (G)"),
    ROW(inflammation,              "1",     0,         0.3,  "signal_diffusivity",
        .meaning = "inflammatory signal, excess: IL-1, IL-6, neutrophil phase (Q)"),
    ROW(macrophage_m1,             "1",     0,         0.5,  "macrophage_diffusivity",
        .meaning = "pro-inflammatory macrophages (M1), 1 = 300 /mm3"),
    ROW(macrophage_m2,             "1",     0,         0.5,  "macrophage_diffusivity", .meaning = "repair macrophages (M2), 1 = 300 /mm3"),
    ROW(fibroblast,                "1",     1,         1,    "fibroblast_diffusivity",
        .meaning = "resting fibroblasts (f), 1 = healthy density"),
    ROW(activated_fibroblast,      "1",     0,         0.1,  "activated_fibroblast_diffusivity",
        .meaning = "activated, remodelling fibroblasts (a), 1 = healthy fibroblast density"),
    ROW(myofibroblast,             "1",     0,         0.05, "activated_fibroblast_diffusivity",
        .meaning = "myofibroblasts (m), 1 = healthy fibroblast density"),
    ROW(mmp,                       "1",     0,         0.1,  "mmp_diffusivity", .meaning = "net MMP activity, excess (E)"),
    ROW(collagen_i_new,            "1",     0.0079674, 0.02, .meaning = "collagen I, labile (n1), 1 = healthy total collagen"),
    ROW(collagen_iii_new,          "1",     0.0051664, 0.01, .meaning = "collagen III, labile (n3)"),
    ROW(collagen_i_incorporated,   "1",     0.027665,  0.05, .meaning = "collagen I, incorporated by divalent cross-links (x1)"),
    ROW(collagen_iii_incorporated, "1",     0.0051482, 0.02, .meaning = "collagen III, incorporated by divalent cross-links (x3)"),
    ROW(collagen_i_mature,         "1",     0.80437,   0.8,  .meaning = "collagen I, mature, trivalent cross-links (z1)"),
    ROW(collagen_iii_mature,       "1",     0.14969,   0.15, .meaning = "collagen III, mature, trivalent cross-links (z3)"),
    ROW(tropoelastin,              "1",     1,         1,    "soluble_matrix_diffusivity", .meaning = "tropoelastin (te)"),
    ROW(elastin,                   "1",     1,         1,    .meaning = "mature elastin (el)"),
    ROW(hyaluronan,                "1",     1,         1,    "soluble_matrix_diffusivity", .meaning = "hyaluronan and its water (hy)"),
    ROW(capillary,                 "1",     1,         1,    "capillary_diffusivity", .meaning = "capillary density (V), 0 to 1"),
    ROW(pigment,                   "1",     1,         1,
        .meaning = "pigment of a tattoo or marking, 1 = before treatment; a passenger: nothing depends on it"),
};
static const struct species surface[N_SURFACE] = {
    ROW(keratinocyte,              "1",     1,         1,    "keratinocyte_diffusivity", .mobility = true,
        .meaning = "keratinocyte cover (K), 0 to 1"),
    ROW(barrier,                   "1",     1,         1,    .meaning = "stratum-corneum barrier (S), 0 to 1"),
    ROW(epidermal_thickness,       "1",     1,         1,    .meaning = "epidermal thickness / baseline (H)"),
    ROW(keratinocyte_activation,   "1",     0,         1,    .meaning = "keratinocyte activation (W), 0 to 1"),
};
static const struct param params[N_PARAMS] = {
    /*  name                              default   unit         lo      hi      meaning and source */
    ROW(signal_diffusivity,               0.09526,  "mm2/day",   0.03,   0.3,
        "effective diffusivity of PDGF, TGF-b and the inflammatory signal, mostly matrix-bound (Dg)",
        LIT "Cumming type 300-3000 um2/h (Boon's code) = 0.007-0.07, PDGF 0.05; Koppenol, Murphy 0.29 as upper bound"),
    ROW(macrophage_diffusivity,           0.02,     "mm2/day",   0.005,  0.5,    "macrophage motility (DM)",
        FIT "Cumming 400 um/h crawling as upper bound"),
    ROW(fibroblast_diffusivity,           0.0088,   "mm2/day",   0.001,  0.09,   "motility of resting fibroblasts (Df)",
        LIT "tracked in gels, clinical evidence section 5"),
    ROW(activated_fibroblast_diffusivity, 0.001284, "mm2/day",   0.0003, 0.01,   "motility of activated and myofibroblasts (Da)",
        ASM "lower end of the gel range, cells anchored by stress fibres; 0.0005-0.01, a quarter of it in severe diabetes"),
    ROW(mmp_diffusivity,                  0.04901,  "mm2/day",   0.01,   0.5,    "MMP diffusivity (DE)", ASM "earlier prototype"),
    ROW(soluble_matrix_diffusivity,       0.01,     "mm2/day",   0,      0.05,   "diffusivity of tropoelastin and hyaluronan (De)",
        ASM "earlier prototype"),
    ROW(capillary_diffusivity,            0.005,    "mm2/day",   0.002,  0.06,   "capillary sprouting diffusivity (DV)",
        ASM "gives sprouting at 0.05-0.3 mm/day"),
    ROW(clot_lysis,                       0.1646,   "1/day",     0.07,   0.35,   "clot lysis, basal (b0)",
        FIT "fibrinolysis of Menon, Cumming; half-life 2-10 days"),
    ROW(clot_lysis_macrophage,            0.4961,   "1/day",     0.1,    1,      "clot lysis per unit of macrophages (bM)",
        FIT "Menon, Cumming"),
    ROW(pdgf_clot,                        0.64,     "ng/mL/day", 0.2,    10,     "PDGF release by clot (sP)",
        FIT "platelet reservoir, serum PDGF 10-20 ng/mL"),
    ROW(pdgf_macrophage,                  2.836,    "ng/mL/day", 0.5,    8,      "PDGF release per unit of macrophages (kP)",
        FIT "Waugh & Sherratt k8, 0.015 pg/cell/day x 300 /mm3 = 4.5"),
    ROW(pdgf_loss,                        4,        "1/day",     1,      12,     "loss of PDGF (dP)", LIT "Waugh & Sherratt, 4"),
    ROW(pdgf_half_saturation,             0.9261,   "ng/mL",     0.1,    5,      "PDGF at half-maximal mitosis (KP)",
        LIT "in vitro EC50 0.1-1 ng/mL"),
    ROW(tgfb1_clot,                       1.391,    "ng/mL/day", 0.5,    9,      "TGF-b1 release and activation by clot (sT)",
        FIT "platelet reservoir 20-40 ng/mL, > 95 % latent (Grainger 1995)"),
    ROW(tgfb1_macrophage,                 0.04183,  "ng/mL/day", 0.005,  0.4,    "TGF-b1 per unit of repair macrophages (kT2)",
        FIT "Waugh & Sherratt k4"),
    ROW(tgfb1_myofibroblast,              0.4275,   "ng/mL/day", 0.1,    0.5,    "TGF-b1 per unit of myofibroblasts, autocrine (kTm)",
        FIT "Waugh & Sherratt k7, Koppenol k_c"),
    ROW(tgfb_loss,                        1.06,     "1/day",     0.5,    2,      "loss of active TGF-b1 and -b3 (dT)",
        LIT "Zioncheck 1994: 35 % left at 24 h"),
    ROW(tgfb3_macrophage,                 0.1886,   "ng/mL/day", 0.02,   0.5,    "TGF-b3 per unit of repair macrophages (k3)",
        ASM "idea of Dale 1996"),
    ROW(tgfb3_antagonism,                 1.049,    "ng/mL",     0.1,    10,
        "TGF-b3 that halves the TGF-b1 signal to myofibroblasts (K3)", ASM "idea of Dale 1996"),
    ROW(inflammation_clot,                3.516,    "1/day",     1,      8,      "inflammatory signal from clot and debris (sQ)",
        FIT "Reynolds, Cooper"),
    ROW(inflammation_macrophage,          0.05,     "1/day",     0.01,   0.3,    "inflammatory signal per unit of M1 (kQ)",
        FIT "Reynolds, Cooper; loop gain < 1"),
    ROW(inflammation_loss,                1.406,    "1/day",     1,      6,      "loss of inflammatory signal (dQ)",
        FIT "Reynolds, Cooper"),
    ROW(inflammation_half_saturation,     0.3261,   "1",         0.1,    1,      "signal at half-maximal recruitment and MMP release (KQ)",
        FIT "Waugh & Sherratt, Reynolds"),
    ROW(inflammation_inhibition,          0.09171,  "1",         0.05,   0.6,
        "signal that halves collagen synthesis, mitosis and activation (KI)", FIT "form from C08, C09"),
    ROW(macrophage_recruitment,           1.488,    "1/day",     0.2,    3,      "macrophage recruitment (sM)", FIT "Waugh & Sherratt"),
    ROW(macrophage_switch,                0.3462,   "1/day",     0.3,    1,      "M1 to M2 switch (s12)",
        LIT "earlier prototype, switch in about 2 days"),
    ROW(macrophage_loss,                  0.2006,   "1/day",     0.2,    0.6,    "macrophage loss (dM)",
        LIT "Waugh & Sherratt d1 0.2; Jin 0.6"),
    ROW(fibroblast_turnover,              0.02,     "1/day",     0.01,   0.12,   "fibroblast turnover (df)", LIT "Koppenol d_N 0.02"),
    ROW(fibroblast_proliferation,         0.1894,   "1/day",     0.05,   0.924,  "PDGF-driven proliferation (rP)",
        FIT "Koppenol r_F 0.924 as upper bound"),
    ROW(fibroblast_capacity,              8.9,      "1",         4,      10,     "carrying capacity / healthy density (Kf)",
        LIT "Waugh & Sherratt 400/45 = 8.9; Sohutskay 10"),
    ROW(activation_rate,                  0.07764,  "1/day",     0.03,   0.4,    "activation of resting fibroblasts (ka)",
        ASM "new state; pinned by C01, S1"),
    ROW(activation_half_saturation,       0.4508,   "ng/mL",     0.03,   0.5,    "TGF-b at half-maximal activation (KA)",
        FIT "in vitro EC50 of TGF-b 0.1-1 ng/mL"),
    ROW(deactivation_rate,                0.0096,   "1/day",     0.009,  0.02,   "de-activation of activated fibroblasts (kr)",
        FIT "C10: synthesis raised >= 6 months after resurfacing (Orringer 2004)"),
    ROW(differentiation_rate,             0.2957,   "1/day",     0.1,    0.8,    "differentiation to myofibroblasts (km)",
        FIT "Koppenol k_F c 0.108; Olsen k1 0.8"),
    ROW(differentiation_half_saturation,  0.4409,   "ng/mL",     0.2,    2,      "TGF-b1 at half-maximal differentiation, Hill 2 (Km)",
        FIT "Olsen, Koppenol 1e-8 g/cm3 scale"),
    ROW(myofibroblast_apoptosis,          0.03396,  "1/day",     0.02,   0.12,   "myofibroblast apoptosis (dm)", LIT "Koppenol d_M 0.06"),
    ROW(dedifferentiation_rate,           0.06323,  "1/day",     0,      0.7,
        "myofibroblasts back to activated cells without TGF-b (kmd)", FIT "Olsen k2 0.693 as upper bound"),
    ROW(dedifferentiation_tgfb,           0.07471,  "ng/mL",     0.05,   0.5,    "TGF-b1 that halves it (Ks)", ASM "earlier prototype"),
    ROW(mmp_release,                      1.552,    "1/day",     0.1,    2,      "MMP release under inflammation (eQ)",
        FIT "MMP1 course of GSE209609"),
    ROW(mmp_loss,                         0.7458,   "1/day",     0.5,    4,      "loss of MMP activity (dE)", LIT "Jin 0.875"),
    ROW(mmp_collagen_new,                 0.09482,  "1/day",     0.02,   1,      "loss of labile collagen per unit of MMP (gE)",
        FIT "Koppenol"),
    ROW(mmp_collagen_linked,              0.01926,  "1/day",     0.004,  0.15,
        "loss of incorporated and mature collagen per unit of MMP (gx)", FIT "Koppenol"),
    ROW(collagen_i_share,                 0.84,     "1",         0.8,    0.9,
        "type I of healthy collagen (c1b); the two shares are scaled to sum 1", LIT "type I 80-90 %"),
    ROW(collagen_iii_share,               0.16,     "1",         0.1,    0.2,    "type III of healthy collagen (c3b)",
        LIT "type III 10-20 %"),
    ROW(collagen_i_labile,                0.009485, "1",         0.007,  0.05,   "labile fraction of type I (fn1)",
        FIT "C17: basal flux 0.3-1.2 %/day (Babraj 2005)"),
    ROW(collagen_iii_labile,              0.03229,  "1",         0.015,  0.15,   "labile fraction of type III (fn3)", FIT "C17, as type I"),
    ROW(collagen_degradation,             0.3882,   "1/day",     0.1,    0.5,
        "intracellular and early degradation of labile collagen (kd)", FIT "C17"),
    ROW(collagen_maturation,              0.003678, "1/day",     0.0027, 0.0055, "maturation, divalent to trivalent cross-links (kz)",
        LIT "spontaneous condensation of keto-imines over 6-12 months"),
    ROW(collagen_i_turnover,              0.00076,  "1/day",     0.0004, 0.002,  "turnover of incorporated collagen I (dx1)",
        ASM "between labile (days) and mature (15 years)"),
    ROW(collagen_iii_turnover,            0.003294, "1/day",     0.001,  0.006,  "turnover of incorporated collagen III (dx3)",
        ASM "III of granulation tissue is replaced by I within a year (C12, S6)"),
    ROW(collagen_mature_loss,             1.265e-4, "1/day",     1e-4,   1.6e-4, "loss of mature collagen (dz)",
        LIT "half-life 15 years (Verzijl 2000); range: 12-19 years"),
    ROW(synthesis_activated,              6.625,    "1",         3,      30,     "synthesis of activated cells, I, x basal (A1)",
        FIT "Koppenol k_max 10"),
    ROW(synthesis_myofibroblast,          32.36,    "1",         3,      40,     "synthesis of myofibroblasts, I, x basal (Am)",
        FIT "Koppenol eta 2 x k_max 10"),
    ROW(synthesis_iii_ratio,              0.7969,   "1",         0.4,    1.5,    "gain for III / gain for I (rho3)", FIT "C03, C10"),
    ROW(synthesis_iii_resting,            0.2714,   "1",         0,      4,
        "direct TGF-b response of resting fibroblasts, III, x basal (Af3)", ASM "C13 order of types"),
    ROW(crowding_collagen,                0.5661,   "1",         0.45,   1,      "collagen that halves raised synthesis, Hill 4 (csat)",
        FIT "C01, S7; earlier prototype power 6"),
    ROW(repair_synthesis_i,               25,       "1",         5,      100,
        "matrix-deficit synthesis, I, x basal, not scaled by phi or age (wr1)", ASM "C11, C12"),
    ROW(repair_synthesis_iii,             61.37,    "1",         8,      200,    "matrix-deficit synthesis, III, x basal (wr3)",
        ASM "C12, C13"),
    ROW(repair_resting_share,             0.3068,   "1",         0.05,   1,
        "share of resting fibroblasts in deficit repair, times deficit (rf)", ASM "an isolated hole refills 60-90 % in a year"),
    ROW(incorporation_rate,               0.2237,   "1/day",     0.03,   0.4,    "incorporation (LOX) by cells in repair (kxa)",
        ASM "S1, S2, C11"),
    ROW(incorporation_half_saturation,    0.2137,   "1",         0.05,   1,      "cells at half-maximal incorporation (Ka)", ASM "S1, C11"),
    ROW(incorporation_iii_ratio,          0.377,    "1",         0.1,    1,      "incorporation of III relative to I (xi3)", ASM "C03, S6"),
    ROW(tropoelastin_turnover,            0.1,      "1/day",     0.05,   0.3,    "tropoelastin turnover (kte)",
        ASM "mRNA from day 3 to 14 (Ashcroft)"),
    ROW(tropoelastin_gain,                5,        "1",         2,      10,     "tropoelastin of stimulated cells, x basal (Ae)",
        ASM "C18, sign"),
    ROW(elastin_crosslinking_gain,        14.85,    "1",         2,      40,     "elastin cross-linking by cells in repair (le)", ASM "S5"),
    ROW(elastin_loss,                     2.57e-5,  "1/day",     1.1e-5, 4.7e-5, "loss of mature elastin (del)",
        LIT "half-life 74 years (40-174)"),
    ROW(mmp_elastin,                      0.036,    "1/day",     0.003,  0.1,    "loss of mature elastin per unit of MMP (gel)",
        FIT "C18: down, but >= -25 %"),
    ROW(hyaluronan_turnover,              0.5,      "1/day",     0.3,    0.8,    "hyaluronan turnover (dh)",
        LIT "dermal half-life 1-2 days; Waugh & Sherratt 2007 d6 0.7"),
    ROW(hyaluronan_gain,                  4.078,    "1",         1,      6,      "hyaluronan of stimulated cells, x basal (Ah)",
        ASM "GAG up after needling (rat array, sign only)"),
    ROW(capillary_regrowth,               0.05,     "1/day",     0.02,   0.1,    "capillary regrowth, basal (v0)",
        ASM "idea of Schugart, Flegg"),
    ROW(capillary_regrowth_macrophage,    0.3,      "1/day",     0.1,    0.8,    "capillary regrowth by repair macrophages (v1)",
        ASM "idea of Schugart, Flegg"),
    ROW(capillary_half_saturation,        0.3,      "1",         0.1,    1,      "repair macrophages at half of it (KV)", ASM "no source"),
    ROW(keratinocyte_diffusivity,         0.017,    "mm2/day",   0.003,  0.017,  "keratinocyte migration (DK)", LIT "SkinDeep 0.017"),
    ROW(keratinocyte_mitosis,             2.4,      "1/day",     0.7,    2.4,    "keratinocyte mitosis at the edge (rK)",
        LIT "Sherratt & Murray 1990: k 0.24 x h 10"),
    ROW(keratinocyte_reseeding,           1e-5,     "1/day",     0,      1e-3,   "re-seeding from skin appendages (ra)",
        ASM "else a confluent wound never closes"),
    ROW(barrier_repair,                   8,        "1/day",     3,      8,      "stratum-corneum repair once covered (kS)",
        FIT "C14: TEWL 95 % back in 8-24 h"),
    ROW(keratinocyte_activation_rate,     1.5,      "1/day",     1,      4,      "keratinocyte activation, relaxation of W to 1-K (kW)",
        FIT "C14: pores closed in 12-18 h (Kalluri 2011)"),
    ROW(barrier_crust,                    1,        "1",         0,      1,
        "sealing by crust before closure, relative to barrier_repair (k0)", FIT "C14: TEWL back in 4-5 h (Kalluri 2011)"),
    ROW(barrier_inflammation,             0.15,     "1",         0.05,   0.5,    "inflammatory signal that delays sealing fourfold (KB)",
        ASM "small TEWL tail at 48 h after deep wide needles"),
    ROW(epidermis_relaxation,             0.07,     "1/day",     0.03,   0.1,    "epidermal thickness relaxation (kH)",
        FIT "turnover 20-36 days (Maeda)"),
    ROW(epidermis_gain,                   0.9,      "1",         0.3,    2,      "epidermal thickening gain (eH)", FIT "C02"),
    ROW(epidermis_half_saturation,        0.32,     "1",         0.05,   1,      "activated fibroblasts at half of it (KH)", ASM "C02"),
    ROW(bruise_intensity,                 0.4391,   "1",         0.15,   0.6,    "clot and debris of a bruise relative to a channel (beta)",
        ASM "C10 against C01"),
    ROW(bruise_cell_death,                0.25,     "1",         0.1,    0.6,    "cell death in the bruise (kap)", ASM "no source"),
    ROW(bruise_capillary_loss,            0.3,      "1",         0.1,    0.6,    "capillary loss in the bruise (kapV)", ASM "no source"),
    ROW(pdgf_pulse,                       1.2,      "ng/mL",     0.5,    15,     "PDGF pulse (P0)", FIT "serum 10-20 ng/mL, partly lost"),
    ROW(tgfb1_pulse,                      0.274,    "ng/mL",     0.1,    6,      "active TGF-b1 pulse (T0)",
        FIT "> 95 % latent of 20-40 ng/mL"),
    ROW(inflammation_pulse,               0.7341,   "1",         0.1,    1.2,    "alarmin pulse (Q0)", ASM "IL-6 peaks at hours"),
    ROW(tgfb_baseline,                    0.15,     "ng/mL",     0.05,   0.3,    "baseline active TGF-b, read-out only (Tb)",
        ASM "scale of the read-out"),
    ROW(strength_new,                     0.1704,   "1",         0.1,    0.5,    "strength of labile / mature collagen, read-out only (wn)",
        ASM "C11"),
    ROW(strength_incorporated,            0.85,     "1",         0.5,    0.9,
        "strength of incorporated / mature collagen, read-out only (wx)", ASM "C11"),
    ROW(hyaluronan_weight,                0.075,    "1",         0.02,   0.12,
        "hyaluronan and water in density and thickness, read-out only (wh)", ASM "density at 1 month is about 3/4 of that at 6 months"),
    ROW(collagen_set_point,               1,        "1",         0.4,    1,
        "matrix set point: 1 healthy young, 0.6 depleted, aged or scarred (phi)",
        LIT "C01: depleted slab 0.6; age: Shuster 1975, Vitellaro"),
    ROW(synthesis_i_factor,               1,        "1",         0.1,    4,
        "patient factor on raised collagen I and tropoelastin synthesis (ysyn)", LIT "Varani 2006: 0.68 at 80 years; Knuutinen 2002"),
    ROW(synthesis_iii_factor,             1,        "1",         0.1,    4,      "patient factor on raised collagen III synthesis (ysyn3)",
        LIT "Varani 2006: 0.68 at 80 years; Knuutinen 2002"),
    ROW(mmp_factor,                       1,        "1",         0,      4,      "patient factor on MMP release (yE)",
        LIT "Knuutinen 2002"),
    ROW(tgfb_factor,                      1,        "1",         0,      4,      "patient factor on TGF-b1 sensitivity (yT)",
        LIT "keloid, In Vivo 2005"),
    ROW(recruitment_factor,               1,        "1",         0,      4,      "patient factor on macrophage recruitment (yrec)",
        LIT "radiation, Gu 1998"),
    ROW(proliferation_factor,             1,        "1",         0,      4,      "patient factor on PDGF-driven mitosis (ypro)",
        LIT "radiation, Gu 1998; no effect of age"),
    ROW(keratinocyte_factor,              1,        "1",         0.1,    4,
        "patient factor on migration and mitosis of keratinocytes (yK)", LIT "Maeda: slower with age"),
    ROW(activated_synthesis_factor,       1,        "1",         0.1,    4,
        "patient factor on collagen of activated cells and myofibroblasts (ycol)", LIT "keloid, Diegelmann 1979"),
    ROW(capillary_factor,                 1,        "1",         0,      4,      "patient factor on capillary regrowth (yV)",
        LIT "severe diabetes, Lerman 2003 (mouse)"),
    ROW(roughness_gain,               1.1,      "1",         0,      5,
        "decline of the logarithm of surface irregularity per gain of dermal density, read-out only",
        FIT "-31 % after 3 monthly sessions on acne scars, FFT of replicas, 60 patients (Fabbrocini 2014); assumed: the map, one gain"),
    ROW(hyperaemia_gain,              8,        "1",         0,      20,     "blood flow of fully red skin / usual - 1, read-out only",
        ASM "ninefold laser-Doppler flux after an intradermal injection of saline (18 people, PMID 12721772) stands for full erythema"),
    ROW(pigment_extrusion,            0.9,      "1",         0,      1,      "share of the pigment in a channel that is carried out",
        ASM "bleeding and crust empty the channel; no measurement found"),
    ROW(pigment_clearance,            0.01,     "1/day",     0,      0.2,    "clearance of pigment per unit of macrophages",
        ASM "a few per cent a session: dying macrophages hand most of it to the next (Baranska 2018 J Exp Med); no rate found"),
    ROW(follicle_depth,               1.3,      "mm",        0.2,    4,      "depth of the hair bulge below the dermal-epidermal junction",
        LIT "parietal scalp, 100 people up to 21 years: 0.683 + 0.0308 age = 1.33 mm at 21 (Moll 1996 Arch Dermatol Res); vellus hair: less"),
    ROW(follicle_height,              0.3,      "mm",        0.05,   2,      "height of the layer that stands for the bulge",
        LIT "twice the residual 0.146 mm of that regression"),
    ROW(serum_permeability,           0.038,    "mm/day",    1e-4,   10,     "permeability of intact skin to the reference topical, caffeine",
        LIT "1.59e-4 cm/h from an emulsion, forearms of 12 people (PMID 8289121)"),
    ROW(serum_channel_permeability,   200,      "mm/day",    1,      5000,   "permeability of an open channel mouth to it",
        ASM "0.1 mm of water (530 mm/day) and the spread from a mouth of radius 0.0625 mm into dermis, 4 D/(pi a) = 387, in series"),
    ROW(serum_diffusivity,            19,       "mm2/day",   0.1,    100,    "its diffusivity in dermis (D)",
        FIT "log D [cm2/s] = -4.15 - 0.655 log(molar mass), Kretsos 2008 Int J Pharm (recalled), at 194 g/mol"),
    ROW(serum_clearance,              140,      "1/day",     1,      2000,   "its clearance by dermal capillaries (k)",
        ASM "blood flow of dermis, about 0.1 mL/min/mL, takes all that it meets"),
    ROW(elastin_set_point,            1,        "1",         0.1,    1.5,    "elastin of the place at rest, 1 = healthy",
        ASM "unit; lesions lower it"),
    ROW(ageing_drift,                 0,        "1/day",     0,      1e-3,   "decline of the set point and of all collagen with it; off",
        LIT "about 1 % a year of adult life (Shuster 1975): 2.74e-5 /day; C17: untreated skin loses 0-1.5 % a year"),
};
static const struct fixed_field fixed_fields[N_FIXED] = {
    [SET_POINT] = {"collagen_set_point", "collagen_set_point", "ageing_drift", "matrix set point of the place, 1 = healthy young skin (phi)"},
    [ELASTIN_SET_POINT] = {"elastin_set_point", "elastin_set_point", NULL, "elastin of the place at rest, 1 = healthy skin"},
};
#define READ(name, ...) [r_##name - N_SPECIES] = {#name, __VA_ARGS__}
static const struct readout readouts[N_QUANTITIES - N_SPECIES] = {
    READ(collagen,       "1",     "total collagen (C), 1 = healthy young skin"),
    READ(collagen_I,     "1",     "collagen I, all ages"),
    READ(collagen_III,   "1",     "collagen III, all ages"),
    READ(new_collagen,   "1",     "labile collagen, I and III"),
    READ(mature_collagen, "1",    "mature collagen, I and III"),
    READ(synthesis_I,    "1/day", "synthesis of collagen I (Syn1)"),
    READ(synthesis_III,  "1/day", "synthesis of collagen III (Syn3)"),
    READ(strength,       "1",     "mature + wx incorporated + wn labile collagen"),
    READ(fibroblasts,    "1",     "fibroblasts of all three kinds"),
};
#define READ_SURFACE(name, ...) [r_##name - N_SURFACE] = {#name, __VA_ARGS__}
static const struct readout surface_readouts[N_SURFACE_QUANTITIES - N_SURFACE] = {
    READ_SURFACE(covered,         "1", "1 where re-epithelialised (K > 0.5), else 0"),
    READ_SURFACE(barrier_deficit, "1", "1 - barrier"),
};
static const struct integral integrals[N_INTEGRALS] = {
    [MYOFIBROBLAST_DAYS] = {"myofibroblast_days", REGION_CORE, "myofibroblast", 14, "persistence of myofibroblasts in the channel [day]"},
    [FOLLICLE_PDGF] = {"follicle_pdgf", REGION_DEPTH, "pdgf", 0, "exposure of the hair bulge to PDGF [ng/mL day]"},
    [FOLLICLE_TGFB] = {"follicle_tgfb1", REGION_DEPTH, "tgfb1", 0, "exposure of the hair bulge to TGF-b1 [ng/mL day]"},
};
#define OUT(name, ...) [o_##name] = {#name, __VA_ARGS__}
static const struct outcome outcomes[N_OUTCOMES] = {
    OUT(collagen_gain,            "1", "total collagen of the papillary slab / before treatment - 1"),
    OUT(collagen_I_gain,          "1", "collagen I of the slab / before treatment - 1"),
    OUT(collagen_III_gain,        "1", "collagen III of the slab / before treatment - 1"),
    OUT(new_collagen_fraction,    "1", "new (labile) / total collagen of the slab"),
    OUT(mature_collagen_gain,     "1", "mature (trivalently cross-linked) collagen of the slab / before treatment - 1"),
    OUT(collagen_synthesis,       "1", "synthesis of I + III in the slab / healthy rate"),
    OUT(collagen_core,            "1", "total collagen inside the original channel / set point"),
    OUT(new_collagen_core,        "1", "new collagen inside the original channel / set point"),
    OUT(collagen_III_fraction,    "1", "III / (I + III) of the slab"),
    OUT(collagen_III_fraction_core, "1", "III / (I + III) inside the original channel"),
    OUT(collagen_I_synthesis,     "1", "synthesis of collagen I in the slab / healthy rate"),
    OUT(collagen_III_synthesis,   "1", "synthesis of collagen III in the slab / healthy rate"),
    OUT(collagen_I_synthesis_injured,   "1", "synthesis of collagen I within two channel radii / healthy rate"),
    OUT(collagen_III_synthesis_injured, "1", "synthesis of collagen III within two channel radii / healthy rate"),
    OUT(elastin_gain,             "1", "mature elastin of the slab / before treatment - 1"),
    OUT(elastin_gain_core,        "1", "mature elastin inside the original channel / before treatment - 1"),
    OUT(tropoelastin_ratio,       "1", "tropoelastin of the slab / before treatment"),
    OUT(tgfb,                     "1", "active TGF-b1 of the slab / baseline"),
    OUT(inflammation,             "1", "inflammatory signal of the slab, arbitrary unit"),
    OUT(mmp,                      "1", "net MMP activity of the slab, arbitrary unit"),
    OUT(fibroblasts,              "1", "fibroblasts of all kinds in the slab / healthy density"),
    OUT(activated_fibroblasts,    "1", "activated fibroblasts in the slab / healthy fibroblast density"),
    OUT(myofibroblasts,           "1", "myofibroblasts in the slab / healthy fibroblast density"),
    OUT(myofibroblasts_core,      "1", "myofibroblasts inside the original channel / healthy fibroblast density"),
    OUT(perfusion,                "1", "capillary density of the slab / before treatment"),
    OUT(epidermal_closure,        "1", "fraction of the channel mouths' area that is re-epithelialised"),
    OUT(barrier_deficit,          "1", "stratum-corneum deficit, 1 = all mouths open"),
    OUT(epidermal_thickness,      "1", "epidermal thickness / baseline"),
    OUT(strength_core,            "1", "strength of the collagen inside the original channel / before treatment"),
    OUT(stiffness_gain,           "1", "strength of the collagen of the slab (tightness) / before treatment - 1"),
    OUT(collagen_turnover,        "1/day", "synthesis of I + III / total collagen of the slab"),
    OUT(dermal_density_gain,      "1", "imaging: collagen gain of the slab + weighted hyaluronan gain"),
    OUT(dermal_thickness_gain,    "1", "imaging: half the collagen gain + weighted hyaluronan gain, whole dermis"),
    OUT(hyaluronan,               "1", "hyaluronan of the slab / before treatment"),
    OUT(scar_index,               "1", "0 = none; sum of its three parts"),
    OUT(scar_myofibroblasts,      "1", "part: myofibroblast-days of the channel from day 14 after each session x its III fraction"),
    OUT(scar_collagen_III,        "1", "part: III fraction of the channel / before treatment above 1.25"),
    OUT(scar_excess,              "1", "part: collagen of the channel / set point above 1.1"),
    OUT(erythema,                 "1", "Q/(Q + 0.05) of the slab's inflammatory signal, 0 to 1; a mean: one hole in wide skin reads low"),
    OUT(blood_flow,               "1", "perfusion x (1 + hyperaemia_gain x erythema): capillaries and redness together / before treatment"),
    OUT(roughness,                "1", "surface irregularity / before treatment: exp(- roughness_gain x dermal_density_gain)"),
    OUT(serum_uptake,             "1", "steady flux of a reference topical, through skin and open mouths side by side / through intact skin"),
    OUT(pigment_fraction,         "1", "pigment left in the slab / before treatment"),
    OUT(follicle_signal,          "day", "exposure of the hair bulge to PDGF, in half-saturations x days (lowest layer of a shallower domain)"),
    OUT(follicle_tgfb,            "day", "likewise to TGF-b1, which ends hair growth: the two are not to be added"),
};
static const char *const lower[] = {"inflammation",    "myofibroblasts",    "myofibroblasts_core", "barrier_deficit",  "scar_index", "scar_myofibroblasts",
                                    "scar_collagen_III", "scar_excess", "erythema", "roughness", "pigment_fraction", "follicle_tgfb", NULL};
static const struct modifier modifiers[] = {
    {"smoker",         "synthesis_i_factor",   0.82,       LIT "Knuutinen 2002"},
    {"smoker",         "synthesis_iii_factor", 0.78,       LIT "Knuutinen 2002"},
    {"smoker",         "mmp_factor",           1.5 / 0.86, LIT "Knuutinen 2002"},
    {"smoker",         "keratinocyte_factor",  0.8,        ASM "typology of smoker's skin, weak"},
    /* diabetes: severe, with poor perfusion; mild and well perfused is 1 throughout */
    {"diabetes",       "fibroblast_diffusivity",           0.25, LIT "Lerman 2003 (mouse, recalled)"},
    {"diabetes",       "activated_fibroblast_diffusivity", 0.25, LIT "Lerman 2003 (mouse, recalled)"},
    {"diabetes",       "mmp_factor",                       2,    LIT "Lerman 2003 (mouse, recalled)"},
    {"diabetes",       "capillary_factor",                 0.3,  LIT "Lerman 2003 (mouse, recalled)"},
    {"diabetes",       "keratinocyte_factor",              0.7,  LIT "Diabetes Care 2007"},
    {"keloid_history", "activated_synthesis_factor",       2.5,  LIT "Diegelmann 1979 (factor recalled)"},
    {"keloid_history", "tgfb_factor",                      1.75, LIT "In Vivo 2005 (factor recalled)"},
    {"isotretinoin",   "synthesis_i_factor",               1,    LIT "no effect: normal healing after dermabrasion (Bagatin 2010), consensus"},
    {"radiation",      "recruitment_factor",               0.5,  ASM "Gu 1998, Haubner 2012 give no factor"},
    {"radiation",      "proliferation_factor",             0.5,  ASM "Gu 1998, Haubner 2012 give no factor"},
    {"radiation",      "keratinocyte_factor",              0.7,  ASM "weak"},
    {"poor_healing",   "keratinocyte_factor",              0.7,  ASM "slow closure, as in severe diabetes; the history says no more"},
    {"poor_healing",   "mmp_factor",                       1.5,  ASM "chronic wounds hold more MMP; half of what severe diabetes adds"},
    {"poor_healing",   "capillary_factor",                 0.5,  ASM "between healthy skin and severe diabetes"},
};
/* Where a region lacks matrix.  Figures of content are rare: a factor is assumed unless its source says otherwise. */
static const struct lesion lesions[] = {
    {"wrinkle",        "collagen_set_point",   0.75, 0.3, 1,   LESION_BAND,
        ASM "collagen IV, VII and oxytalan fibres fewer under wrinkles (Contet-Audonneau 1999, abstract: no figures); papillary, 1 mm wide"},
    {"wrinkle",        "elastin_set_point",    0.7,  0.3, 1,   LESION_BAND,
        ASM "elastic network interrupted under wrinkles (Contet-Audonneau 1999, abstract: no figures)"},
    {"stretch_mark",   "collagen_set_point",   0.7,  0,   5,   LESION_BAND,
        ASM "bundles torn apart in mid and deep dermis (Wang 2018); mRNA of I and III 10 % of controls (Lee 1994), content not measured"},
    {"stretch_mark",   "elastin_set_point",    0.5,  0,   5,   LESION_BAND,
        ASM "elastin mRNA low (Lee 1994); fine fibres only, but many by electron microscopy (Zheng 1985)"},
    {"atrophic_scar",  "collagen_set_point",   0.6,  0.5, 2.5, LESION_DISC,
        FIT "0.6 from C01 (papillary collagen +53 %, Lotfi 2013); shallow boxcar scars, 0.1-0.5 mm deep, 1.5-4 mm wide (Jacob 2001)"},
    {"atrophic_scar",  "elastin_set_point",    0.6,  0.5, 2.5, LESION_DISC, ASM "like collagen; no figure found"},
    {"photoaged",      "collagen_set_point",   0.8,  0.4, 0,   LESION_BAND,
        LIT "20 % less collagen in sun-exposed skin (Schwartz 1993, recalled); formation of I -56 % in papillary dermis (Griffiths 1993)"},
    {"photoaged",      "elastin_set_point",    0.6,  0.4, 0,   LESION_BAND, ASM "working elastin; the elastotic material is not modelled"},
};
/* Mitosis and deficit repair do not age (Cristofalo); floors beyond Varani's 80 years keep 100 years in range. */
static const struct ageing ageing[] = {
    {"collagen_set_point",   0.0075, 0.4,  LIT "Shuster 1975, Vitellaro"},
    {"synthesis_i_factor",   0.0055, 0.68, LIT "Varani 2006: 0.68 at 80 years and over"},
    {"synthesis_iii_factor", 0.0055, 0.68, LIT "Varani 2006: 0.68 at 80 years and over"},
    {"keratinocyte_factor",  0.0066, 0.4,  LIT "Maeda"},
};
/* clang-format on */

/* The constants that make healthy skin an exact fixed point. */
static void prepare(double *p)
{
    const double kd = p[collagen_degradation], kz = p[collagen_maturation], dz = p[collagen_mature_loss];
    const double total = p[collagen_i_share] + p[collagen_iii_share];
    const double c1b = p[collagen_i_share] / total, c3b = p[collagen_iii_share] / total;
    const double ez = dz / (dz + kz); /* incorporated / (incorporated + mature) */

    p[N1B] = c1b * p[collagen_i_labile];
    p[X1B] = (c1b - p[N1B]) * ez;
    p[Z1B] = c1b - p[N1B] - p[X1B];
    p[N3B] = c3b * p[collagen_iii_labile];
    p[X3B] = (c3b - p[N3B]) * ez;
    p[Z3B] = c3b - p[N3B] - p[X3B];
    p[KX1] = (p[collagen_i_turnover] + kz) * p[X1B] / p[N1B];
    p[KX3] = (p[collagen_iii_turnover] + kz) * p[X3B] / p[N3B];
    p[S1] = (kd + p[KX1]) * p[N1B];
    p[S3] = (kd + p[KX3]) * p[N3B];
}

static void initial(size_t n, const double *const *at, const double *const *fixed, const double *p, double *const *y)
{
    (void)at;
    const double *restrict phi = fixed[SET_POINT], *restrict springy = fixed[ELASTIN_SET_POINT];
    for (size_t i = 0; i < n; i++) {
        y[elastin][i] = springy[i];
        y[collagen_i_new][i] = phi[i] * p[N1B];
        y[collagen_iii_new][i] = phi[i] * p[N3B];
        y[collagen_i_incorporated][i] = phi[i] * p[X1B];
        y[collagen_iii_incorporated][i] = phi[i] * p[X3B];
        y[collagen_i_mature][i] = phi[i] * p[Z1B];
        y[collagen_iii_mature][i] = phi[i] * p[Z3B];
    }
}

static inline double positive(double x)
{
    return x > 0 ? x : 0; /* vectorises, fmax does not */
}

/* Parameters of collagen synthesis, for the reaction and the read-outs alike. */
struct synthesis {
    double KA, KI, rcsat, ycol, A1, Am, Af3, rho3, ysyn, ysyn3, wr1, wr3, rf, s1, s3;
};

static struct synthesis synthesis_of(const double *p)
{
    return (struct synthesis){
        .KA = p[activation_half_saturation],
        .KI = p[inflammation_inhibition],
        .rcsat = 1 / p[crowding_collagen],
        .ycol = p[activated_synthesis_factor],
        .A1 = p[synthesis_activated],
        .Am = p[synthesis_myofibroblast],
        .Af3 = p[synthesis_iii_resting],
        .rho3 = p[synthesis_iii_ratio],
        .ysyn = p[synthesis_i_factor],
        .ysyn3 = p[synthesis_iii_factor],
        .wr1 = p[repair_synthesis_i],
        .wr3 = p[repair_synthesis_iii],
        .rf = p[repair_resting_share],
        .s1 = p[S1],
        .s3 = p[S3],
    };
}

/* What cells at one place make of their surroundings: hA, iQ, w and the two synthesis rates [1/day]. */
struct response {
    double hA, iQ, w, Syn1, Syn3;
};

static inline struct response respond(const struct synthesis *k, double phi, double signal, double Q, double f, double a, double m,
                                      double C)
{
    struct response r;
    r.hA = signal / (k->KA + signal);
    r.iQ = k->KI / (k->KI + Q);
    const double crowd = C * k->rcsat, crowd2 = crowd * crowd;
    const double st = k->ycol / (1 + crowd2 * crowd2);
    const double d = positive(1 - ROUNDING - C / phi);
    const double resting = k->rf * d * f;
    r.w = a + m + resting;
    const double raised = k->A1 * a * r.iQ;
    r.Syn1 = k->s1 * (phi * f * r.iQ * r.iQ + k->ysyn * st * (raised * r.iQ + k->Am * m) + d * k->wr1 * r.w * r.iQ * r.iQ);
    r.Syn3 = k->s3 * (phi * f * r.iQ + k->ysyn3 * st * (k->Af3 * r.hA * f * r.iQ + k->rho3 * (raised + k->Am * m)) +
                      d * (k->ysyn3 * k->wr3 * (a + m) + k->wr1 * resting) * r.iQ);
    return r;
}

KERNEL static void react(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *prod,
                         double *const *loss)
{
    const double *restrict phi = fixed[SET_POINT], *restrict springy = fixed[ELASTIN_SET_POINT];
    const double *restrict B = y[clot], *restrict P = y[pdgf], *restrict T = y[tgfb1], *restrict G = y[tgfb3],
                           *restrict Q = y[inflammation];
    const double *restrict M1 = y[macrophage_m1], *restrict M2 = y[macrophage_m2], *restrict f = y[fibroblast];
    const double *restrict a = y[activated_fibroblast], *restrict m = y[myofibroblast], *restrict E = y[mmp], *restrict V = y[capillary];
    const double *restrict n1 = y[collagen_i_new], *restrict x1 = y[collagen_i_incorporated], *restrict z1 = y[collagen_i_mature];
    const double *restrict n3 = y[collagen_iii_new], *restrict x3 = y[collagen_iii_incorporated], *restrict z3 = y[collagen_iii_mature];
    double *restrict PB = prod[clot], *restrict LB = loss[clot], *restrict PP = prod[pdgf], *restrict LP = loss[pdgf];
    double *restrict PT = prod[tgfb1], *restrict LT = loss[tgfb1], *restrict PG = prod[tgfb3], *restrict LG = loss[tgfb3];
    double *restrict PQ = prod[inflammation], *restrict LQ = loss[inflammation];
    double *restrict PM1 = prod[macrophage_m1], *restrict LM1 = loss[macrophage_m1];
    double *restrict PM2 = prod[macrophage_m2], *restrict LM2 = loss[macrophage_m2];
    double *restrict Pf = prod[fibroblast], *restrict Lf = loss[fibroblast];
    double *restrict Pa = prod[activated_fibroblast], *restrict La = loss[activated_fibroblast];
    double *restrict Pm = prod[myofibroblast], *restrict Lm = loss[myofibroblast], *restrict PE = prod[mmp], *restrict LE = loss[mmp];
    double *restrict Pn1 = prod[collagen_i_new], *restrict Ln1 = loss[collagen_i_new];
    double *restrict Pn3 = prod[collagen_iii_new], *restrict Ln3 = loss[collagen_iii_new];
    double *restrict Px1 = prod[collagen_i_incorporated], *restrict Lx1 = loss[collagen_i_incorporated];
    double *restrict Px3 = prod[collagen_iii_incorporated], *restrict Lx3 = loss[collagen_iii_incorporated];
    double *restrict Pz1 = prod[collagen_i_mature], *restrict Lz1 = loss[collagen_i_mature];
    double *restrict Pz3 = prod[collagen_iii_mature], *restrict Lz3 = loss[collagen_iii_mature];
    double *restrict Pte = prod[tropoelastin], *restrict Lte = loss[tropoelastin];
    double *restrict Pel = prod[elastin], *restrict Lel = loss[elastin], *restrict Phy = prod[hyaluronan], *restrict Lhy = loss[hyaluronan];
    double *restrict PV = prod[capillary], *restrict LV = loss[capillary], *restrict Pi = prod[pigment], *restrict Li = loss[pigment];
    const double *restrict te = y[tropoelastin];

    const double b0 = p[clot_lysis], bM = p[clot_lysis_macrophage];
    const double sP = p[pdgf_clot], kP = p[pdgf_macrophage], dP = p[pdgf_loss], KP = p[pdgf_half_saturation];
    const double sT = p[tgfb1_clot], kT2 = p[tgfb1_macrophage], kTm = p[tgfb1_myofibroblast], dT = p[tgfb_loss];
    const double k3 = p[tgfb3_macrophage], rK3 = 1 / p[tgfb3_antagonism], yT = p[tgfb_factor];
    const double sQ = p[inflammation_clot], kQ = p[inflammation_macrophage], dQ = p[inflammation_loss];
    const double KQ = p[inflammation_half_saturation], sM = p[recruitment_factor] * p[macrophage_recruitment];
    const double s12 = p[macrophage_switch], dM = p[macrophage_loss];
    const double df = p[fibroblast_turnover], rP = p[proliferation_factor] * p[fibroblast_proliferation], rKf = 1 / p[fibroblast_capacity];
    const double ka = p[activation_rate], kr = p[deactivation_rate], km = p[differentiation_rate];
    const double Km = p[differentiation_half_saturation], Km2 = Km * Km, dm = p[myofibroblast_apoptosis];
    const double kmd = p[dedifferentiation_rate], Ks = p[dedifferentiation_tgfb];
    const double eQ = p[mmp_factor] * p[mmp_release], dE = p[mmp_loss], gE = p[mmp_collagen_new], gx = p[mmp_collagen_linked];
    /* a loss `age` of every pool and a set point that declines at that rate: rest moves down as exp(- age t), whole */
    const double age = p[ageing_drift], kd = p[collagen_degradation] + age, kz = p[collagen_maturation], dz = p[collagen_mature_loss] + age;
    const double dx1 = p[collagen_i_turnover] + age, dx3 = p[collagen_iii_turnover] + age, kx1 = p[KX1], kx3 = p[KX3];
    const double kxa = p[incorporation_rate], Ka = p[incorporation_half_saturation], kxa3 = p[incorporation_iii_ratio] * kxa;
    const double kte = p[tropoelastin_turnover], Ae = p[synthesis_i_factor] * p[tropoelastin_gain];
    const double del = p[elastin_loss], le = p[elastin_crosslinking_gain], gel = p[mmp_elastin];
    const double dh = p[hyaluronan_turnover], Ah = p[hyaluronan_gain], KV = p[capillary_half_saturation];
    const double v0 = p[capillary_factor] * p[capillary_regrowth], v1 = p[capillary_factor] * p[capillary_regrowth_macrophage];
    const double kpig = p[pigment_clearance];
    const struct synthesis k = synthesis_of(p);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double Te = yT * T[i], Th = Te / (1 + G[i] * rK3), Th2 = Th * Th;
        const double Ft = f[i] + a[i] + m[i], Mac = M1[i] + M2[i];
        const double C = n1[i] + n3[i] + x1[i] + x3[i] + z1[i] + z3[i];
        const struct response r = respond(&k, phi[i], Te + G[i], Q[i], f[i], a[i], m[i], C);

        /* clot and signals */
        PB[i] = 0;
        LB[i] = b0 + bM * Mac;
        PP[i] = sP * B[i] + kP * Mac;
        LP[i] = dP;
        PT[i] = sT * B[i] + kT2 * M2[i] + kTm * m[i];
        LT[i] = dT;
        PG[i] = k3 * M2[i];
        LG[i] = dT;
        PQ[i] = sQ * B[i] + kQ * M1[i];
        LQ[i] = dQ;

        /* cells */
        const double hm = Th2 / (Km2 + Th2), hP = P[i] / (KP + P[i]), hQ = Q[i] / (KQ + Q[i]);
        const double activation = ka * r.hA * r.iQ, differentiation = km * hm;
        const double off = kmd * Ks / (Ks + Th), mitosis = rP * hP * r.iQ;
        PM1[i] = sM * hQ * V[i];
        LM1[i] = s12 + dM;
        PM2[i] = s12 * M1[i];
        LM2[i] = dM;
        Pf[i] = 2 * df * f[i] / (1 + Ft * Ft) + mitosis * f[i] + kr * a[i];
        Lf[i] = df + mitosis * Ft * rKf + activation + differentiation;
        Pa[i] = activation * f[i] + off * m[i];
        La[i] = kr + differentiation;
        Pm[i] = differentiation * (f[i] + a[i]);
        Lm[i] = dm + off;
        PE[i] = eQ * hQ * hQ * (f[i] + a[i]); /* squared: what the reference solution was computed with */
        LE[i] = dE;

        /* collagen */
        const double ell = r.w / (Ka + r.w);
        const double in1 = kx1 + kxa * ell, in3 = kx3 + kxa3 * ell, cut = gx * E[i];
        Pn1[i] = r.Syn1;
        Ln1[i] = kd + in1 + gE * E[i];
        Pn3[i] = r.Syn3;
        Ln3[i] = kd + in3 + gE * E[i];
        Px1[i] = in1 * n1[i];
        Lx1[i] = dx1 + kz + cut;
        Px3[i] = in3 * n3[i];
        Lx3[i] = dx3 + kz + cut;
        Pz1[i] = kz * x1[i];
        Lz1[i] = dz + cut;
        Pz3[i] = kz * x3[i];
        Lz3[i] = dz + cut;

        /* elastin, hyaluronan, capillaries */
        const double stim = a[i] + m[i] + r.hA * f[i];
        const double v = v0 + v1 * M2[i] / (KV + M2[i]);
        Pte[i] = kte * (f[i] + Ae * stim);
        Lte[i] = kte;
        Pel[i] = del * springy[i] * te[i] * (1 + le * ell);
        Lel[i] = del + gel * E[i];
        Phy[i] = dh * (f[i] + Ah * stim);
        Lhy[i] = dh;
        PV[i] = v * V[i];
        LV[i] = v * V[i];
        Pi[i] = 0;
        Li[i] = kpig * Mac;
    }
}

KERNEL static void react_surface(size_t n, const double *const *e, const double *const *below, const double *p, double *const *prod,
                                 double *const *loss)
{
    const double *restrict K = e[keratinocyte], *restrict a = below[activated_fibroblast], *restrict Q = below[inflammation];
    double *restrict PK = prod[keratinocyte], *restrict LK = loss[keratinocyte], *restrict PS = prod[barrier], *restrict LS = loss[barrier];
    double *restrict PH = prod[epidermal_thickness], *restrict LH = loss[epidermal_thickness];
    double *restrict PW = prod[keratinocyte_activation], *restrict LW = loss[keratinocyte_activation];
    const double yK = p[keratinocyte_factor], rK = p[keratinocyte_mitosis], ra = p[keratinocyte_reseeding];
    const double kW = yK * p[keratinocyte_activation_rate], kS = yK * p[barrier_repair], k0 = p[barrier_crust];
    const double KB = p[barrier_inflammation], kH = p[epidermis_relaxation], eH = p[epidermis_gain], KH = p[epidermis_half_saturation];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double growth = yK * (rK * K[i] + ra), calm = KB / (KB + Q[i]);
        const double ks = kS * (k0 + K[i] * K[i]) * calm * calm;
        PK[i] = growth;
        LK[i] = growth;
        PS[i] = ks;
        LS[i] = ks;
        PH[i] = kH * K[i] * (1 + eH * a[i] / (KH + a[i]));
        LH[i] = kH;
        PW[i] = kW * positive(1 - K[i]);
        LW[i] = kW;
    }
}

/* Keratinocytes migrate as far as they are activated: yK W^2. */
KERNEL static void mobility_surface(size_t n, int moving, const double *const *e, const double *p, double *factor)
{
    (void)moving;
    const double *restrict W = e[keratinocyte_activation];
    double *restrict out = factor;
    const double yK = p[keratinocyte_factor];
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        out[i] = yK * W[i] * W[i];
}

/* The wound operator: debris and pulses by the injured fraction e, cells die in channel and bruise, matrix is removed in the channel. */
static void injure(size_t n, const double *s, const double *b, double removal, const double *p, double *const *y)
{
    static const int cells[] = {fibroblast, activated_fibroblast, myofibroblast};
    static const int matrix[] = {collagen_i_new,
                                 collagen_iii_new,
                                 collagen_i_incorporated,
                                 collagen_iii_incorporated,
                                 collagen_i_mature,
                                 collagen_iii_mature,
                                 tropoelastin,
                                 elastin,
                                 hyaluronan};
    const double beta = p[bruise_intensity], kap = p[bruise_cell_death], kapV = p[bruise_capillary_loss];
    for (size_t i = 0; i < n; i++) {
        const double both = s[i] + beta * b[i], e = both < 1 ? both : 1;
        y[clot][i] += (1 - y[clot][i]) * e;
        y[pdgf][i] += p[pdgf_pulse] * e;
        y[tgfb1][i] += p[tgfb1_pulse] * e;
        y[inflammation][i] += p[inflammation_pulse] * e;
        y[macrophage_m1][i] *= positive(1 - s[i]);
        y[macrophage_m2][i] *= positive(1 - s[i]);
        for (size_t j = 0; j < sizeof cells / sizeof *cells; j++)
            y[cells[j]][i] *= positive(1 - s[i] - kap * b[i]);
        for (size_t j = 0; j < sizeof matrix / sizeof *matrix; j++)
            y[matrix[j]][i] *= positive(1 - removal * s[i]);
        y[capillary][i] *= positive(1 - CAPILLARY_LOSS * s[i] - kapV * b[i]);
        y[pigment][i] *= positive(1 - p[pigment_extrusion] * s[i]);
    }
}

static void injure_surface(size_t n, const double *mouth, const double *p, double *const *e)
{
    (void)p;
    for (size_t i = 0; i < n; i++) {
        e[keratinocyte][i] *= positive(1 - mouth[i]);
        e[barrier][i] *= positive(1 - mouth[i]);
    }
}

KERNEL static void read(size_t n, const double *const *y, const double *const *fixed, const double *p, double *const *q)
{
    const double *restrict phi = fixed[SET_POINT];
    const double *restrict T = y[tgfb1], *restrict G = y[tgfb3], *restrict Q = y[inflammation], *restrict f = y[fibroblast];
    const double *restrict a = y[activated_fibroblast], *restrict m = y[myofibroblast];
    const double *restrict n1 = y[collagen_i_new], *restrict x1 = y[collagen_i_incorporated], *restrict z1 = y[collagen_i_mature];
    const double *restrict n3 = y[collagen_iii_new], *restrict x3 = y[collagen_iii_incorporated], *restrict z3 = y[collagen_iii_mature];
    double *restrict C = q[r_collagen - N_SPECIES], *restrict C1 = q[r_collagen_I - N_SPECIES],
                     *restrict C3 = q[r_collagen_III - N_SPECIES];
    double *restrict fresh = q[r_new_collagen - N_SPECIES], *restrict mature = q[r_mature_collagen - N_SPECIES],
                     *restrict strength = q[r_strength - N_SPECIES];
    double *restrict Syn1 = q[r_synthesis_I - N_SPECIES], *restrict Syn3 = q[r_synthesis_III - N_SPECIES],
                     *restrict Ft = q[r_fibroblasts - N_SPECIES];
    const double wn = p[strength_new], wx = p[strength_incorporated], yT = p[tgfb_factor];
    const struct synthesis k = synthesis_of(p);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const double total = n1[i] + n3[i] + x1[i] + x3[i] + z1[i] + z3[i];
        const struct response r = respond(&k, phi[i], yT * T[i] + G[i], Q[i], f[i], a[i], m[i], total);
        C[i] = total;
        C1[i] = n1[i] + x1[i] + z1[i];
        C3[i] = n3[i] + x3[i] + z3[i];
        fresh[i] = n1[i] + n3[i];
        mature[i] = z1[i] + z3[i];
        strength[i] = z1[i] + z3[i] + wx * (x1[i] + x3[i]) + wn * (n1[i] + n3[i]);
        Syn1[i] = r.Syn1;
        Syn3[i] = r.Syn3;
        Ft[i] = f[i] + a[i] + m[i];
    }
}

static void read_surface(size_t n, const double *const *e, const double *p, double *const *q)
{
    (void)p;
    for (size_t i = 0; i < n; i++) {
        q[r_covered - N_SURFACE][i] = e[keratinocyte][i] > 0.5;
        q[r_barrier_deficit - N_SURFACE][i] = 1 - e[barrier][i];
    }
}

/* now / before; 1 where there is nothing to compare: a region without cells stays at its baseline. */
static double ratio(double now, double before)
{
    return before > 0 ? now / before : 1;
}

static double share(const double *mean, double otherwise)
{
    return mean[r_collagen] > 0 ? mean[r_collagen_III] / mean[r_collagen] : otherwise;
}

/* Flux h g / (h + g) of a topical through the surface, permeability h, into tissue that takes it on at g = sqrt(D k), / that of intact
 * skin; intact skin and open mouths let it through side by side. */
static double uptake(double open, const double *p)
{
    const double intact = p[serum_permeability], h = intact + (p[serum_channel_permeability] - intact) * open;
    const double g = sqrt(p[serum_diffusivity] * p[serum_clearance]);
    return h * (intact + g) / (intact * (h + g));
}

static void observe(const struct observation *now, const struct observation *before, const double *p, double *out)
{
    const double *slab = now->mean[REGION_SLAB], *slab0 = before->mean[REGION_SLAB];
    const double *core = now->mean[REGION_CORE], *core0 = before->mean[REGION_CORE];
    const double *injured = now->mean[REGION_INJURED], *injured0 = before->mean[REGION_INJURED];
    const double *dermis = now->mean[REGION_DERMIS], *dermis0 = before->mean[REGION_DERMIS];
    const double wh = p[hyaluronan_weight], Q = slab[inflammation];
    const double share0 = share(slab0, p[N3B] + p[X3B] + p[Z3B]), core_share0 = share(core0, share0), core_share = share(core, core_share0);

    /* collagen; before treatment its total is the set point and its synthesis the healthy rate */
    out[o_collagen_gain] = ratio(slab[r_collagen], slab0[r_collagen]) - 1;
    out[o_collagen_I_gain] = ratio(slab[r_collagen_I], slab0[r_collagen_I]) - 1;
    out[o_collagen_III_gain] = ratio(slab[r_collagen_III], slab0[r_collagen_III]) - 1;
    out[o_new_collagen_fraction] = slab[r_collagen] > 0 ? slab[r_new_collagen] / slab[r_collagen] : 0;
    out[o_mature_collagen_gain] = ratio(slab[r_mature_collagen], slab0[r_mature_collagen]) - 1;
    out[o_collagen_synthesis] = ratio(slab[r_synthesis_I] + slab[r_synthesis_III], slab0[r_synthesis_I] + slab0[r_synthesis_III]);
    out[o_collagen_core] = ratio(core[r_collagen], core0[r_collagen]);
    out[o_new_collagen_core] = core0[r_collagen] > 0 ? core[r_new_collagen] / core0[r_collagen] : p[N1B] + p[N3B];
    out[o_collagen_III_fraction] = share(slab, share0);
    out[o_collagen_III_fraction_core] = core_share;
    out[o_collagen_I_synthesis] = ratio(slab[r_synthesis_I], slab0[r_synthesis_I]);
    out[o_collagen_III_synthesis] = ratio(slab[r_synthesis_III], slab0[r_synthesis_III]);
    out[o_collagen_I_synthesis_injured] = ratio(injured[r_synthesis_I], injured0[r_synthesis_I]);
    out[o_collagen_III_synthesis_injured] = ratio(injured[r_synthesis_III], injured0[r_synthesis_III]);
    out[o_collagen_turnover] = slab[r_collagen] > 0 ? (slab[r_synthesis_I] + slab[r_synthesis_III]) / slab[r_collagen] : p[S1] + p[S3];
    out[o_strength_core] = ratio(core[r_strength], core0[r_strength]);
    out[o_stiffness_gain] = ratio(slab[r_strength], slab0[r_strength]) - 1;

    /* the rest of the matrix, signals, cells, vessels */
    out[o_elastin_gain] = ratio(slab[elastin], slab0[elastin]) - 1;
    out[o_elastin_gain_core] = ratio(core[elastin], core0[elastin]) - 1;
    out[o_tropoelastin_ratio] = ratio(slab[tropoelastin], slab0[tropoelastin]);
    out[o_hyaluronan] = ratio(slab[hyaluronan], slab0[hyaluronan]);
    out[o_tgfb] = 1 + slab[tgfb1] / p[tgfb_baseline];
    out[o_inflammation] = Q;
    out[o_mmp] = slab[mmp];
    out[o_fibroblasts] = slab[r_fibroblasts];
    out[o_activated_fibroblasts] = slab[activated_fibroblast];
    out[o_myofibroblasts] = slab[myofibroblast];
    out[o_myofibroblasts_core] = core[myofibroblast];
    out[o_perfusion] = ratio(slab[capillary], slab0[capillary]);

    /* epidermis */
    const double mouths = now->mouth_fraction;
    out[o_epidermal_closure] = mouths > 0 ? now->surface[REGION_MOUTH][r_covered] : 1;
    const double open = positive(now->surface[REGION_SURFACE][r_barrier_deficit]); /* share of the area; 1 - S has round-off */
    out[o_barrier_deficit] = open / (mouths > 0 ? mouths : 1);
    out[o_serum_uptake] = uptake(open, p);
    out[o_epidermal_thickness] = now->surface[REGION_SURFACE][epidermal_thickness];

    /* what a clinician sees */
    out[o_dermal_density_gain] = out[o_collagen_gain] + wh * (out[o_hyaluronan] - 1);
    out[o_dermal_thickness_gain] =
        0.5 * (ratio(dermis[r_collagen], dermis0[r_collagen]) - 1) + wh * (ratio(dermis[hyaluronan], dermis0[hyaluronan]) - 1);
    out[o_erythema] = Q / (Q + ERYTHEMA_HALF);
    out[o_blood_flow] = out[o_perfusion] * (1 + p[hyperaemia_gain] * out[o_erythema]);
    out[o_roughness] = exp(-p[roughness_gain] * out[o_dermal_density_gain]);
    out[o_pigment_fraction] = ratio(slab[pigment], slab0[pigment]);
    out[o_follicle_signal] = now->integral[FOLLICLE_PDGF] / p[pdgf_half_saturation];
    out[o_follicle_tgfb] = p[tgfb_factor] * now->integral[FOLLICLE_TGFB] / p[activation_half_saturation];
    out[o_scar_myofibroblasts] = now->integral[MYOFIBROBLAST_DAYS] * core_share;
    out[o_scar_collagen_III] = positive(ratio(core_share, core_share0) - SCAR_III_SHARE);
    out[o_scar_excess] = positive(out[o_collagen_core] - SCAR_COLLAGEN);
    out[o_scar_index] = out[o_scar_myofibroblasts] + out[o_scar_collagen_III] + out[o_scar_excess];
}

/* clang-format off */
#define COUNT(table) sizeof(table) / sizeof *(table)

const struct model dermis_model = {
    .name = "dermis",
    .title = "dermis and epidermis after microneedling",
    .reference = "Needlework, dermis model version 2, calibrated on 48 rows of clinical evidence",
    .species = species, .n_species = N_SPECIES,
    .surface = surface, .n_surface = N_SURFACE,
    .params = params, .n_params = N_PARAMS,
    .n_derived = N_ALL - N_PARAMS,
    .fixed = fixed_fields, .n_fixed = N_FIXED,
    .readouts = readouts, .n_readouts = COUNT(readouts),
    .surface_readouts = surface_readouts, .n_surface_readouts = COUNT(surface_readouts),
    .integrals = integrals, .n_integrals = N_INTEGRALS,
    .outcomes = outcomes, .n_outcomes = N_OUTCOMES, .lower = lower,
    .modifiers = modifiers, .n_modifiers = COUNT(modifiers),
    .ageing = ageing, .n_ageing = COUNT(ageing),
    .lesions = lesions, .n_lesions = COUNT(lesions),
    .set_point = "collagen_set_point",
    .surface_depth = 0.1,
    .layer = {"follicle_depth", "follicle_height"},
    .prepare = prepare,
    .initial = initial,
    .react = react,
    .react_surface = react_surface,
    .mobility_surface = mobility_surface,
    .injure = injure,
    .injure_surface = injure_surface,
    .read = read,
    .read_surface = read_surface,
    .observe = observe,
};
/* clang-format on */
