mod basics;
mod damage;
mod heads;
mod home;
mod quality;
mod secrecy;
mod upkeep;
