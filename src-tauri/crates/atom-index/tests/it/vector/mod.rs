mod basics;
mod damage;
mod home;
mod quality;
mod secrecy;
mod upkeep;
