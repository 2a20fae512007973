mod basics;
mod damage;
mod heads;
mod home;
mod killed;
mod quality;
mod secrecy;
mod upkeep;
